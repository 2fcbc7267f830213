// What Node's parser refuses and we accept, each on purpose. Everything else that it refuses, we refuse.
import { METHODS } from 'node:http'
import type { ReadRequest } from '../../support/wire-log.ts'

export interface Difference<T> {
  /** Node's error code. */
  readonly code: string
  readonly why: string
  /** Whether this is what Node stumbled over. */
  readonly applies: (message: T) => boolean
}

export const REQUEST_DIFFERENCES: readonly Difference<ReadRequest>[] = [
  {
    code: 'HPE_INVALID_METHOD',
    why: 'Node knows a fixed list of methods; a method is any token (RFC 9110 9.1) and routes say which they serve',
    applies: request => !METHODS.includes(request.method),
  },
  {
    code: 'HPE_INVALID_VERSION',
    why: 'Node keeps the method PRI for the preface of HTTP/2; in a line of HTTP/1.x it is a token like any other',
    applies: request => request.method === 'PRI',
  },
  {
    code: 'HPE_INVALID_URL',
    why: 'browsers and curl send raw UTF-8 in a target; no two parsers split a line differently for it, and it goes on unchanged',
    applies: request => /[\x80-\xff]/.test(request.target),
  },
]

/** Over the text of the response, interim responses included. */
export const RESPONSE_DIFFERENCES: readonly Difference<string>[] = [
  {
    code: 'HPE_CLOSED_CONNECTION',
    why: 'Connection: close in an interim response says nothing: only the final one can end a connection (RFC 9112 9.6)',
    applies: text => /^HTTP\/1.1 1\d\d[\s\S]*\nconnection:[^\r]*close/i.test(text),
  },
]
