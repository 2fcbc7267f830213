// The agent's end of a tunnel's beginning: dials a server, asks for the upgrade, and hands over the connection or says what is wrong.
import { type IncomingMessage, request as requestPlain } from 'node:http'
import { request as requestSecure } from 'node:https'
import type { Socket } from 'node:net'
import {
  FIELD,
  type Lane,
  PROTOCOL,
  TUNNEL_PATH,
  TUNNEL_VERSION,
  UPGRADE_REQUIRED,
} from '../tunnel/handshake.ts'

/** Milliseconds from the dial to the head of the answer. */
const HANDSHAKE_TIMEOUT = 15_000
/** Of an answer's body, for the log. */
const MAX_WORDS = 1024

export interface Credentials {
  readonly agentId: string
  readonly token: string
  readonly name: string
}

/** How servers are believed, and what is shown to them. PEM. */
export interface TrustedServers {
  readonly ca: readonly string[] | undefined
  readonly cert: string | undefined
  readonly key: string | undefined
}

export interface Capacity {
  readonly maxStreams: number
  readonly version: string
  /** Undefined for the only connection to the server. */
  readonly lane: Lane | undefined
}

export type Connected =
  | {
      readonly ok: true
      readonly socket: Socket
      readonly early: Buffer
      /** The server is one that knows of several connections of an agent. */
      readonly takesLanes: boolean
    }
  | { readonly ok: false; readonly kind: 'unreachable' | 'rejected' | 'no_tunnel'; readonly detail: string }

/** `/agent/tunnel` below the path of the server's address; its query and fragment don't count. */
export function tunnelUrl(management: URL): URL {
  const url = new URL(management)
  url.pathname = management.pathname.replace(/\/+$/, '') + TUNNEL_PATH
  url.search = ''
  url.hash = ''
  return url
}

function fieldsOf({ agentId, token, name }: Credentials, { maxStreams, version, lane }: Capacity) {
  return {
    Authorization: `Bearer ${token}`,
    'X-P2PStream-Agent-ID': agentId,
    ...(name === '' ? {} : { 'X-P2PStream-Agent-Name': name }),
    'X-P2PStream-Agent-Version': version,
    'X-P2PStream-Tunnel-Max-Concurrent-Streams': String(maxStreams),
    'X-P2PStream-Tunnel-Capacity-Mode': 'fixed',
    ...(lane === undefined
      ? {}
      : { 'X-P2PStream-Tunnel-Group': lane.group, 'X-P2PStream-Tunnel-Lane': String(lane.number) }),
    Connection: 'Upgrade',
    Upgrade: PROTOCOL,
    'X-P2PStream-Tunnel-Version': TUNNEL_VERSION,
  }
}

function hintOf(status: number, words: string): string {
  if (status === 404 || status === 200)
    return ': the server is too old, or a proxy in between dropped the upgrade'
  // We always ask for it, so somebody took it away from the request.
  if (status === 400 && words === UPGRADE_REQUIRED) return ': a proxy in between dropped the upgrade'
  return words === '' ? '' : `: ${words}`
}

/** What an answer without an upgrade tells the operator. `words`: its body. */
export function meaning(status: number, words: string): Connected {
  return status === 401
    ? { ok: false, kind: 'rejected', detail: words }
    : { ok: false, kind: 'no_tunnel', detail: `status ${status}${hintOf(status, words)}` }
}

async function wordsOf(response: IncomingMessage): Promise<string> {
  let words = ''
  try {
    for await (const piece of response.setEncoding('utf8')) {
      words += piece
      if (words.length >= MAX_WORDS) break
    }
  } catch {
    // What has come is all there is.
  }
  return words.slice(0, MAX_WORDS).trim()
}

/** Dials; names are resolved afresh. Resolves, whatever happens. */
export function connectTunnel(
  management: URL,
  credentials: Credentials,
  capacity: Capacity,
  { ca, cert, key }: TrustedServers,
): Promise<Connected> {
  const { promise, resolve } = Promise.withResolvers<Connected>()
  const isSecure = management.protocol === 'https:'
  const request = (isSecure ? requestSecure : requestPlain)(tunnelUrl(management), {
    headers: fieldsOf(credentials, capacity),
    agent: false,
    signal: AbortSignal.timeout(HANDSHAKE_TIMEOUT),
    ...(isSecure
      ? {
          ALPNProtocols: ['http/1.1'],
          minVersion: 'TLSv1.2' as const,
          ...(ca === undefined ? {} : { ca: [...ca] }),
          ...(cert === undefined ? {} : { cert, key }),
        }
      : {}),
  })
  request.once('upgrade', (response: IncomingMessage, socket: Socket, early: Buffer) => {
    if (response.statusCode === 101 && response.headers.upgrade?.toLowerCase() === PROTOCOL) {
      resolve({ ok: true, socket, early, takesLanes: FIELD.capacityMode in response.headers })
      return
    }
    socket.destroy()
    resolve({ ok: false, kind: 'no_tunnel', detail: 'the upgrade is to something else' })
  })
  request.once('response', async response => {
    const words = await wordsOf(response)
    response.destroy()
    resolve(meaning(response.statusCode ?? 0, words))
  })
  request.on('error', error => resolve({ ok: false, kind: 'unreachable', detail: error.message }))
  request.end()
  return promise
}
