// Whatever comes, the readers neither throw nor loop, hand on no more than came, and say nothing after their last word.
// (The order of their calls, empty pieces and progress are checked where the calls are written down.)
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import * as wire from '../../../support/wire-arbitraries.ts'
import { cutAt, readRequests, readResponse } from '../../../support/wire-log.ts'
import { damaged, garbage } from './damage.ts'

const badRequests = fc.oneof(garbage, damaged(wire.request.map(wire.writeRequest)))
const badResponses = fc.oneof(garbage, damaged(wire.response.map(wire.writeResponse)))

describe('bytes that make no sense', () => {
  it('end in requests or a refusal', () => {
    fc.assert(
      fc.property(fc.array(badRequests, { maxLength: 3 }), wire.cuts, (texts, cuts) => {
        const text = texts.join('')
        const { requests, refusal } = readRequests(cutAt(text, cuts))
        const told = requests.reduce((sum, request) => sum + request.body.length, 0)
        expect(told).toBeLessThanOrEqual(text.length)
        expect([undefined, 400, 405, 414, 417, 431, 501, 505]).toContain(refusal?.status)
      }),
      { numRuns: 3000 },
    )
  })

  it('end in a response or a refusal', () => {
    fc.assert(
      fc.property(badResponses, wire.cuts, fc.boolean(), (text, cuts, closes) => {
        const { response, refusal } = readResponse('GET', cutAt(text, cuts), closes)
        expect(response?.body.length ?? 0).toBeLessThanOrEqual(text.length)
        expect([undefined, 400, 501, 502]).toContain(refusal?.status)
      }),
      { numRuns: 3000 },
    )
  })

  it('hold no more memory than the limits, however long a head goes on', () => {
    const limits = { maxHeaderBytes: 1000, maxHeaders: 10, maxUrlBytes: 100 }
    for (const unit of ['a', 'a: b\r\n', 'GET /', 'a:', ' ']) {
      const before = process.memoryUsage().arrayBuffers
      const { refusal } = readRequests(
        ['GET / HTTP/1.1\r\n', ...Array.from({ length: 2000 }, () => unit)],
        limits,
      )
      expect(refusal).toBeDefined()
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(1024 * 1024)
    }
  })
})
