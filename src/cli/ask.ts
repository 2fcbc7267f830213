// Asks a running server something, over its socket or its address.
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { text } from 'node:stream/consumers'
import { rootCertificates } from 'node:tls'
import type { Whereabouts } from './find-server.ts'

export interface Question {
  readonly method: 'GET' | 'POST'
  readonly path: string
  /** Sent as JSON. */
  readonly body?: unknown
  /** Milliseconds without an answer; reading a large file takes a while. */
  readonly timeout?: number
}

export type Answered =
  | { readonly ok: true; readonly status: number; readonly body: unknown }
  | { readonly ok: false; readonly why: string }

const TIMEOUT = 10_000

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no server has this socket',
  ECONNREFUSED: 'nobody listens there',
  EACCES: 'permission denied; run this as the user of the server, or as root',
  ENOTFOUND: 'there is no such host',
  DEPTH_ZERO_SELF_SIGNED_CERT:
    'its certificate is signed by nobody we trust; name its authority with --ca-file',
  SELF_SIGNED_CERT_IN_CHAIN:
    'its certificate is signed by nobody we trust; name its authority with --ca-file',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'its certificate is signed by nobody we trust; name its authority with --ca-file',
}

/** Where a server is, for people. */
export function whereWord(where: Whereabouts): string {
  return where.kind === 'unix' ? `unix:${where.path}` : where.url.origin
}

function optionsFor(where: Whereabouts, { method, path, body }: Question): RequestOptions {
  const headers: Record<string, string> = { Accept: 'application/json' }
  if (method === 'POST') headers['Content-Type'] = 'application/json'
  if (body === undefined && method === 'POST') headers['Content-Length'] = '0'
  if (where.kind === 'unix') return { socketPath: where.path, method, path, headers }
  const { hostname, port, protocol } = where.url
  if (where.token !== undefined) headers['Authorization'] = `Bearer ${where.token}`
  const tls = where.ca === undefined ? {} : { ca: [...rootCertificates, where.ca] }
  return { protocol, hostname: hostname.replace(/^\[|\]$/g, ''), port, method, path, headers, ...tls }
}

/** The answer, whatever its status, or why there is none. */
export function ask(where: Whereabouts, question: Question): Promise<Answered> {
  const { promise, resolve } = Promise.withResolvers<Answered>()
  const options = optionsFor(where, question)
  const send = options.protocol === 'https:' ? httpsRequest : httpRequest
  const refused = (error: unknown): void => {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    resolve({ ok: false, why: REASONS[code] ?? (error instanceof Error ? error.message : String(error)) })
  }
  const sent = send({ ...options, timeout: question.timeout ?? TIMEOUT }, (response: IncomingMessage) => {
    text(response)
      .then(words => resolve({ ok: true, status: response.statusCode ?? 0, body: JSON.parse(words) }))
      .catch(refused)
  })
  sent.on('timeout', () => sent.destroy(new Error('no answer in time')))
  sent.on('error', refused)
  sent.end(question.body === undefined ? undefined : JSON.stringify(question.body))
  return promise
}
