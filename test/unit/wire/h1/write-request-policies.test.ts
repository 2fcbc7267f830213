// Whatever a request policy lets through, an origin reads one request with the body that came and with what is ours alone.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PRESERVE, type RequestPolicy, STANDARD } from '../../../../src/http/request-policy.ts'
import * as wire from '../../../support/wire-arbitraries.ts'
import { readRequests } from '../../../support/wire-log.ts'
import { forwarded } from './written.ts'

const policy: fc.Arbitrary<RequestPolicy> = fc
  .record({
    stripHopByHop: fc.boolean(),
    stripNominated: fc.boolean(),
    keepTeTrailers: fc.boolean(),
    upgrades: fc.constantFrom('websocket_only', 'preserve', 'deny'),
  })
  .map(changes => ({ ...STANDARD, ...changes }))

const asked = fc.array(
  fc.constantFrom(
    ...['close', 'keep-alive', 'upgrade', 'te', 'host', 'connection', 'content-length', 'transfer-encoding'],
    ...['x-forwarded-for', 'x-real-ip', 'x-request-id', 'cookie', 'via'],
  ),
  { maxLength: 4 },
)

const line = (name: string, value: string): wire.WrittenField => ({ name, value, before: ' ', after: '' })

describe('under any request policy', () => {
  it('framing and forwarding fields are ours, and the body is the one that came', () => {
    fc.assert(
      fc.property(wire.request, policy, asked, fc.boolean(), (made, under, words, upgrades) => {
        const more = [
          ...(words.length > 0 ? [line('Connection', words.join(', '))] : []),
          ...(upgrades ? [line('Upgrade', 'tcp')] : []),
          line('X-Forwarded-For', '1.2.3.4'),
          line('Keep-Alive', 'timeout=5'),
        ]
        const text = wire.writeRequest({ ...made, fields: [...made.fields, ...more] })
        const written = forwarded(text, { target: made.target, policy: under })
        const { requests, refusal, isInHead } = readRequests([written])
        expect([refusal, isInHead, requests.length]).toEqual([undefined, false, 1])
        expect(requests[0]).toMatchObject({
          authority: 'origin:81',
          body: wire.dataOf(made.body),
          trailers: wire.trailersOf(made.body),
          end: written.length,
        })
        const of = (wanted: string): readonly string[] =>
          (requests[0]?.fields ?? [])
            .filter(([name]) => name.toLowerCase() === wanted)
            .map(([, value]) => value)
        expect([of('x-forwarded-for'), of('x-request-id'), of('host')]).toEqual([
          ['192.0.2.1'],
          ['1'],
          ['origin:81'],
        ])
        const asksToUpgrade = upgrades || made.fields.some(({ name }) => name.toLowerCase() === 'upgrade')
        const isVerbatim = under.upgrades === 'preserve' && asksToUpgrade
        if (under.stripHopByHop && !isVerbatim)
          expect([of('connection'), of('upgrade'), of('keep-alive')]).toEqual([[], [], []])
        if (isVerbatim && upgrades) expect(of('upgrade')).toContain('tcp')
      }),
      { numRuns: 1000 },
    )
  })

  it('a WebSocket from HTTP/2 gets its upgrade lines, and one that has them keeps its own', () => {
    const plan = { upgrade: 'websocket', policy: PRESERVE }
    expect(forwarded('GET / HTTP/1.1\r\nHost: a\r\n\r\n', plan)).toMatch(
      /\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n$/,
    )
    const own = 'Connection: keep-alive, Upgrade\r\nUpgrade: WebSocket\r\n'
    const text = forwarded(`GET / HTTP/1.1\r\nHost: a\r\n${own}\r\n`, plan)
    expect(text).toContain(own)
    expect(text.match(/upgrade:/gi)).toHaveLength(1)
  })
})
