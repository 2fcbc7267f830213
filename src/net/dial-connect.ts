// The step in between: asks a proxy for a tunnel (CONNECT, RFC 9110 section 9.3.6).
import type { Socket } from 'node:net'
import type { Secret } from '../base/secret.ts'
import { connectReply } from './connect-reply.ts'
import { originFailure, proxyFailure } from './dial-failure.ts'
import { discard, type Ears, type Step } from './dial-step.ts'

export interface ConnectTerms {
  /** `name:443`, `[::1]:443` */
  readonly authority: string
  /** Proxy-Authorization. */
  readonly authorization: Secret | undefined
  readonly fields: readonly (readonly [name: string, value: string])[]
  /** The origin may speak before it is spoken to (HTTP/2 in plain text). */
  readonly mayHearFirst: boolean
}

/** All heads of an answer together. */
const LONGEST = 16 * 1024

/** Asks on a paused socket, and leaves it paused. */
export function connectStep(socket: Socket, terms: ConnectTerms, ears: Ears): Step {
  let heard: Buffer = Buffer.alloc(0)
  const stop = (): void => {
    socket.off('data', onData).off('end', onEnd).off('error', onError).pause()
  }
  const fail = (detail: string): void => {
    stop()
    discard(socket)
    ears.failed(proxyFailure({ code: 'proxy_connect_error', side: 'origin', detail }))
  }
  const onData = (bytes: Buffer): void => {
    heard = Buffer.concat([heard, bytes])
    const reply = connectReply(heard, LONGEST)
    if (reply.kind === 'unfinished') return
    if (reply.kind === 'refused') {
      fail(reply.why)
      return
    }
    const rest = heard.subarray(reply.end)
    if (rest.length > 0 && !terms.mayHearFirst) {
      fail('bytes in a tunnel that nobody has used')
      return
    }
    stop()
    if (rest.length > 0) socket.unshift(rest)
    ears.connected(socket)
  }
  const onEnd = (): void => fail('closed without an answer')
  const onError = (error: Error): void => {
    stop()
    discard(socket)
    ears.failed(proxyFailure(originFailure(error, 'connection_terminated')))
  }
  socket.on('data', onData).once('end', onEnd).once('error', onError)
  socket.write(requestOf(terms), 'latin1')
  socket.resume()
  ears.begin()
  return {
    cancel() {
      stop()
      discard(socket)
    },
  }
}

function requestOf({ authority, authorization, fields }: ConnectTerms): string {
  const lines = [
    `CONNECT ${authority} HTTP/1.1`,
    `Host: ${authority}`,
    ...(authorization === undefined ? [] : [`Proxy-Authorization: ${authorization.reveal()}`]),
    ...fields.map(([name, value]) => `${name}: ${value}`),
  ]
  return `${lines.join('\r\n')}\r\n\r\n`
}
