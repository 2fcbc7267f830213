// What our writers make of a message that our readers read.
import { STANDARD } from '../../../../src/http/request-policy.ts'
import { ConnectionField } from '../../../../src/wire/h1/connection-field.ts'
import type { Head } from '../../../../src/wire/h1/head.ts'
import { RequestReader } from '../../../../src/wire/h1/request-reader.ts'
import { ResponseReader } from '../../../../src/wire/h1/response-reader.ts'
import {
  goesChunked,
  type RequestPlan,
  trailerLines,
  writeRequestHead,
} from '../../../../src/wire/h1/write-request.ts'
import { type ResponsePlan, writeResponseHead } from '../../../../src/wire/h1/write-response.ts'
import { DEFAULT_LIMITS } from '../../../support/wire-log.ts'

export const REQUEST_PLAN: RequestPlan = {
  target: '/t?u',
  host: 'origin:81',
  ours: {
    lines: [
      ['x-forwarded-for', 'X-Forwarded-For: 192.0.2.1\r\n'],
      ['x-real-ip', 'X-Real-IP: 192.0.2.1\r\n'],
    ],
    joined: 'X-Forwarded-For: 192.0.2.1\r\nX-Real-IP: 192.0.2.1\r\n',
  },
  ownCookies: [],
  requestIdLine: 'X-Request-Id: 1\r\n',
  edits: undefined,
  policy: STANDARD,
  upgrade: undefined,
  webSocketKey: undefined,
  close: false,
}

export const RESPONSE_PLAN: ResponsePlan = { edits: undefined, isChunked: false, connectionLine: '' }

function ending(isChunked: boolean, trailers: Head | undefined): string {
  if (!isChunked) return ''
  return trailers === undefined ? '0\r\n\r\n' : `0\r\n${trailerLines(trailers)}\r\n`
}

function piece(isChunked: boolean, data: Buffer): string {
  const text = data.toString('latin1')
  return isChunked ? `${data.length.toString(16)}\r\n${text}\r\n` : text
}

/** The request as an origin gets it, head and body. */
export function forwarded(text: string, plan: Partial<RequestPlan> = {}): string {
  let written = ''
  let isChunked = false
  const connection = new ConnectionField()
  const reader: RequestReader = new RequestReader(DEFAULT_LIMITS, {
    head() {
      const whole = { ...REQUEST_PLAN, ...plan }
      connection.read(reader.head)
      isChunked = goesChunked(reader, connection, whole.policy)
      written += writeRequestHead(reader, connection, whole)
    },
    data(data) {
      written += piece(isChunked, data)
    },
    end(trailers) {
      written += ending(isChunked, trailers)
    },
    refused({ detail }) {
      throw new Error(detail)
    },
  })
  const bytes = Buffer.from(text, 'latin1')
  for (let at = 0; at < bytes.length && !reader.hasEnded; ) at = reader.read(bytes, at)
  return written
}

/** The response as a visitor gets it, head and body. */
export function delivered(text: string, plan: Partial<ResponsePlan> = {}, method = 'GET'): string {
  let written = ''
  const { isChunked = false } = plan
  const connection = new ConnectionField()
  const reader: ResponseReader = new ResponseReader({
    interim: () => undefined,
    head() {
      connection.read(reader.head)
      written += writeResponseHead(reader, connection, { ...RESPONSE_PLAN, ...plan })
    },
    data(data) {
      written += piece(isChunked, data)
    },
    end(trailers) {
      written += ending(isChunked, trailers)
    },
    upgraded: () => undefined,
    broken({ detail }) {
      throw new Error(detail)
    },
  })
  reader.expect(method)
  reader.read(Buffer.from(text, 'latin1'), 0)
  reader.finish()
  return written
}
