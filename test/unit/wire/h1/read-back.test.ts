// What a plain writer writes, the readers read back.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { CHUNKED, UNTIL_CLOSE } from '../../../../src/wire/h1/framing.ts'
import * as wire from '../../../support/wire-arbitraries.ts'
import { cutAt, type ReadRequest, readRequests, readResponse } from '../../../support/wire-log.ts'

function framingOf(body: wire.WrittenBody, without: number): number {
  if (body.kind === 'none') return without
  return body.kind === 'length' ? body.data.length : CHUNKED
}

/** What a request must come out as, but for where it ends. */
function expected(made: wire.WrittenRequest): Omit<ReadRequest, 'end'> {
  return {
    method: made.method,
    target: made.target,
    pathAndQuery: made.target,
    authority: made.host,
    isHttp10: made.isHttp10,
    framing: framingOf(made.body, 0),
    expectsContinue: false,
    isPersistent: !made.isHttp10,
    fields: wire.asRead(wire.requestFields(made)),
    body: wire.dataOf(made.body),
    trailers: wire.trailersOf(made.body),
  }
}

describe('what a plain writer writes', () => {
  it('is read back, request after request', () => {
    fc.assert(
      fc.property(fc.array(wire.request, { minLength: 1, maxLength: 4 }), wire.cuts, (made, cuts) => {
        const texts = made.map(wire.writeRequest)
        const { requests, refusal, isInHead } = readRequests(cutAt(texts.join(''), cuts))
        expect([refusal, isInHead]).toEqual([undefined, false])
        let end = 0
        const wanted = made.map((one, index) => {
          end += texts[index]?.length ?? 0
          return { ...expected(one), end }
        })
        expect(requests).toEqual(wanted)
      }),
      { numRuns: 500 },
    )
  })

  it('is read back as a response, with the bytes behind it left', () => {
    fc.assert(
      fc.property(wire.response, fc.string(), wire.cuts, (made, behind, cuts) => {
        const text = wire.writeResponse(made)
        const runsUntilClose = made.body.kind === 'none'
        const log = readResponse('GET', cutAt(runsUntilClose ? text : text + behind, cuts), true)
        expect(log).toEqual({
          interims: [],
          response: {
            status: made.status,
            reason: made.reason,
            isHttp10: false,
            framing: framingOf(made.body, UNTIL_CLOSE),
            fields: wire.asRead(wire.responseFields(made)),
            body: wire.dataOf(made.body),
            trailers: wire.trailersOf(made.body),
            end: text.length,
          },
          refusal: undefined,
          upgradedAt: undefined,
          isInHead: false,
        })
      }),
      { numRuns: 500 },
    )
  })

  it('behind an absolute target, is read back with its authority', () => {
    fc.assert(
      fc.property(wire.request, made => {
        const text = wire.writeRequest({ ...made, target: `http://${made.host}${made.target}` })
        const [read] = readRequests([text]).requests
        expect([read?.authority, read?.pathAndQuery, read?.body]).toEqual([
          made.host,
          made.target,
          wire.dataOf(made.body),
        ])
      }),
      { numRuns: 200 },
    )
  })
})
