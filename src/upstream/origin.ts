// Where a target's url leads.
import type { Origin } from './target.ts'

const UNIX = 'unix:'
const DEFAULT_PORTS = { http: 80, https: 443 } as const

/** Reads a url that is known to be one: `http://host[:port]`, `https://host[:port]`, bare `host`, `host:port`, `[v6]:port` (http), `unix:/path`. */
export function readOrigin(url: string): Origin {
  if (url.startsWith(UNIX)) {
    return {
      scheme: 'http',
      host: '',
      port: 0,
      socketPath: url.slice(UNIX.length),
      hostField: 'localhost',
      url,
    }
  }
  const scheme = /^https:/i.test(url) ? 'https' : 'http'
  const hostField = url.replace(/^https?:\/\//i, '').replace(/\/$/, '')
  const parts = /^(?:\[([^\]]*)\]|([^:]*))(?::(\d+))?$/.exec(hostField)
  const host = (parts?.[1] ?? parts?.[2] ?? '').toLowerCase()
  return {
    scheme,
    host,
    port: parts?.[3] === undefined ? DEFAULT_PORTS[scheme] : Number(parts[3]),
    socketPath: undefined,
    hostField,
    url,
  }
}

/** The origin as one word, whatever way it was written; no id can be equal to it. */
export function originWord(origin: Origin): string {
  return origin.socketPath === undefined
    ? `${origin.scheme}://${origin.hostField.toLowerCase()}`
    : `${UNIX}${origin.socketPath}`
}
