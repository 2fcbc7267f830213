// Addresses: where to listen, whom to trust, where an origin is.
import { isIP } from 'node:net'
import { parseCidr } from '../../base/cidr.ts'
import type { Flaw, Form } from './form.ts'

/** The longest path a unix socket can have on Linux, without its end mark. */
const LONGEST_SOCKET = 107
const HOST = /^(?=.{1,253}$)[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62})(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,62}))*\.?$/

function socketFlaw(text: string, shown: string, code: Flaw['code']): Flaw | undefined {
  const path = text.slice('unix:'.length)
  if (!path.startsWith('/') || path.includes('\0')) {
    return { code, message: `${shown} names no absolute path`, help: 'write unix:/path/to.sock' }
  }
  if (Buffer.byteLength(path) <= LONGEST_SOCKET) return undefined
  return { code, message: `the path of a unix socket has at most ${LONGEST_SOCKET} bytes` }
}

/** An IP address to listen on, `unix:/path`, or empty for every interface. */
export const bindForm: Form = (text, shown) => {
  if (text === '' || isIP(text) !== 0) return undefined
  if (text.startsWith('unix:')) return socketFlaw(text, shown, 'listener/bind')
  const bracketed = /^\[([^\]]+)\](?::\d+)?$/.exec(text)?.[1]
  const beside = /^([^:]*):(\d+)$/.exec(text)
  const help =
    text === '*'
      ? 'leave it out to listen on every interface'
      : text === 'localhost'
        ? 'write 127.0.0.1 or ::1'
        : beside !== null
          ? `write the port as port: ${beside[2]}`
          : bracketed !== undefined
            ? `write ${bracketed}`
            : undefined
  return {
    code: 'listener/bind',
    message: `${shown} is neither an IP address nor unix:/path`,
    ...(help !== undefined && { help }),
  }
}

/** A range, a bare address, or the word `unix`. */
export const cidrForm: Form = (text, shown) =>
  text === 'unix' || parseCidr(text) !== undefined
    ? undefined
    : {
        code: 'shape/cidr',
        message: `${shown} is neither an address, a range like 10.0.0.0/8, nor the word unix`,
      }

function hostFlaw(host: string): string | undefined {
  if (host.startsWith('[') || host.includes(':')) {
    return isIP(host.replace(/^\[(.*)\]$/, '$1')) === 6 && host.startsWith('[')
      ? undefined
      : 'has no valid host'
  }
  // The last label tells a name from an address: 1.2.3 and 300.1.1.1 are neither.
  if (/(^|\.)\d+\.?$/.test(host)) return isIP(host) === 4 ? undefined : 'has no valid IPv4 address'
  return HOST.test(host) ? undefined : 'has no valid host'
}

/** An origin: `http://host[:port]`, `https://host[:port]`, bare `host[:port]`, or `unix:/path`. */
export const originForm: Form = (text, shown) => {
  const flaw = (message: string, help?: string): Flaw => ({
    code: 'target/url',
    message: `${shown} ${message}`,
    ...(help !== undefined && { help }),
  })
  if (text.startsWith('unix:')) return socketFlaw(text, shown, 'target/url')
  const scheme = /^([A-Za-z][A-Za-z0-9+.-]*):\/\//.exec(text)?.[1]
  if (scheme !== undefined && scheme !== 'http' && scheme !== 'https')
    return flaw('has a scheme other than http and https')
  const rest = text
    .slice(scheme === undefined ? 0 : scheme.length + 3)
    .replace(scheme === undefined ? '' : /\/$/, '')
  if (/[\s\0-\x1F\x7F]/.test(rest)) return flaw('holds a space or a control character')
  // The text isn't repeated: there may be a password in it.
  if (rest.includes('@'))
    return { code: 'target/url', message: 'a url holds no user', help: 'write basic_auth' }
  if (/[/?#\\]/.test(rest))
    return flaw('holds a path or a query', 'an origin is a host and a port; rewrite changes paths')
  if (isIP(rest) === 6)
    return flaw('needs brackets', `write ${scheme === undefined ? '' : `${scheme}://`}[${rest}]`)
  const [, host = '', port] = /^(\[[^\]]*\]|[^:]*)(?::(.*))?$/.exec(rest) ?? []
  if (port !== undefined && !(/^\d{1,5}$/.test(port) && Number(port) >= 1 && Number(port) <= 65535)) {
    return flaw('has no port from 1 to 65535 after the colon')
  }
  const wrong = hostFlaw(host)
  return wrong === undefined ? undefined : flaw(wrong)
}
