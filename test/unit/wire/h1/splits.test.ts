// However the bytes are cut, the readers say the same (but for the words of a refusal that only the log shows).
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Refusal } from '../../../../src/wire/h1/refusal.ts'
import * as wire from '../../../support/wire-arbitraries.ts'
import { byteByByte, cutAt, DEFAULT_LIMITS, readRequests, readResponse } from '../../../support/wire-log.ts'
import { damaged } from './damage.ts'

/** Good and broken ones. */
const request = fc.oneof(wire.request.map(wire.writeRequest), damaged(wire.request.map(wire.writeRequest)))
const response = fc.oneof(
  wire.response.map(wire.writeResponse),
  damaged(wire.response.map(wire.writeResponse)),
)
const pipelined = fc.array(request, { minLength: 1, maxLength: 3 }).map(texts => texts.join(''))

function withoutWords<T extends { readonly refusal: Refusal | undefined }>(log: T): unknown {
  const { refusal } = log
  return { ...log, refusal: refusal && { status: refusal.status, code: refusal.code } }
}

function expectSame(
  text: string,
  cuts: readonly number[],
  read: (pieces: readonly string[]) => unknown,
): void {
  const whole = read([text])
  expect(read(cutAt(text, cuts))).toEqual(whole)
  expect(read(byteByByte(text))).toEqual(whole)
}

describe('any split of the bytes', () => {
  it.each([
    ['the limits of a listener', DEFAULT_LIMITS],
    ['limits that are soon reached', { maxHeaderBytes: 120, maxHeaders: 5, maxUrlBytes: 12 }],
  ])('gives the same requests under %s', (_, limits) => {
    fc.assert(
      fc.property(pipelined, wire.cuts, (text, cuts) => {
        expectSame(text, cuts, pieces => withoutWords(readRequests(pieces, limits)))
      }),
      { numRuns: 400 },
    )
  })

  it('gives the same response', () => {
    fc.assert(
      fc.property(response, wire.cuts, fc.boolean(), (text, cuts, closes) => {
        expectSame(text, cuts, pieces => withoutWords(readResponse('GET', pieces, closes)))
      }),
      { numRuns: 400 },
    )
  })
})
