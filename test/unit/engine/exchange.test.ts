import { describe, expect, it } from 'vitest'
import { Exchange } from '../../../src/engine/exchange.ts'
import { Exchanges } from '../../../src/engine/exchanges.ts'
import { HeldBodies } from '../../../src/engine/held-bodies.ts'
import { recordOf } from '../../../src/engine/record.ts'
import { handClock } from '../../support/clock.ts'
import { type FakeSide, fakeSide } from '../../support/fake-side.ts'
import { plainListener } from '../../support/plain-listener.ts'

function begin(
  side: FakeSide = fakeSide(['GET /x?y=1 HTTP/1.1', 'Host: a', 'User-Agent: test']),
  bodies: HeldBodies = new HeldBodies(),
) {
  const clock = handClock()
  const ended: Exchange[] = []
  const owner = { clock, bodies, ended: (done: Exchange) => void ended.push(done) }
  const exchange = new Exchange(owner, side, plainListener(), 7)
  return { clock, exchange, ended, side }
}

describe('an exchange', () => {
  it('is recorded once, however often it is told to end', () => {
    const { exchange, ended } = begin()
    exchange.answer({ status: 404, fields: [], body: Buffer.from('no'), reason: { code: 'no_route' } })
    exchange.gone()
    exchange.cut('late')
    expect(ended).toEqual([exchange])
    expect(recordOf(exchange)).toMatchObject({
      status: 404,
      reason: 'no_route',
      bytesOut: 2,
      generation: 7,
      method: 'GET',
    })
  })

  it('answers a failure before the head, and cuts the message after it', () => {
    const early = begin()
    early.exchange.fail(
      { code: 'connection_refused', side: 'origin', detail: 'x' },
      { code: 'connection_refused' },
    )
    expect(early.side.calls).toEqual(['answer 502'])
    const late = begin()
    late.exchange.status = 200
    late.exchange.fail(
      { code: 'connection_terminated', side: 'origin', detail: 'x' },
      { code: 'connection_terminated' },
    )
    expect(late.side.calls).toEqual(['abort'])
    expect(recordOf(late.exchange)).toMatchObject({ status: 200, reason: 'connection_terminated' })
  })

  it('records a visitor that left as 499, or with the status it had begun to get', () => {
    const early = begin()
    early.exchange.gone()
    expect(recordOf(early.exchange)).toMatchObject({ status: 499, reason: 'client_cancelled' })
    const late = begin()
    late.exchange.status = 200
    late.exchange.gone()
    expect(recordOf(late.exchange)).toMatchObject({ status: 200, reason: 'client_cancelled' })
  })

  it('makes the visitor wait when an origin that is not there yet would need more than 64 KiB held', () => {
    const { exchange, side } = begin(fakeSide(['POST / HTTP/1.1', 'Host: a', 'Content-Length: 1000000']))
    for (let piece = 0; piece < 4; piece++) exchange.data(Buffer.alloc(16 * 1024), false)
    expect(side.calls).toEqual([])
    exchange.data(Buffer.alloc(1), false)
    expect(side.calls).toEqual(['pause'])
  })

  it('makes every visitor wait whose origin is not there yet when all of them have sent much', () => {
    const bodies = new HeldBodies(10)
    const words = ['POST / HTTP/1.1', 'Host: a', 'Content-Length: 1000000']
    const [one, other] = [begin(fakeSide(words), bodies), begin(fakeSide(words), bodies)]
    one.exchange.data(Buffer.alloc(6), false)
    other.exchange.data(Buffer.alloc(6), false)
    expect([one.side.calls, other.side.calls]).toEqual([[], ['pause']])
    one.exchange.gone()
    expect([bodies.bytes, bodies.isFull]).toEqual([6, false])
    other.exchange.gone()
    expect(bodies.bytes).toBe(0)
  })

  it('refuses a body that grows past its limit with 413', () => {
    const { exchange, side } = begin(fakeSide(['POST / HTTP/1.1', 'Host: a', 'Transfer-Encoding: chunked']))
    exchange.maxBodyBytes = 10
    exchange.data(Buffer.alloc(10), false)
    expect(side.calls).toEqual([])
    exchange.data(Buffer.alloc(1), false)
    expect(side.answers[0]?.status).toBe(413)
    expect(side.answers[0]?.reason).toMatchObject({ code: 'body_too_large', at: '/listeners/web/limits' })
  })

  it('measures time on the clock that does not jump', () => {
    const { exchange, clock } = begin()
    clock.wind(1_250)
    exchange.answer({ status: 204, fields: [], body: Buffer.alloc(0), reason: { code: 'static' } })
    expect(recordOf(exchange)).toMatchObject({ duration: 1_250, startedAt: Date.UTC(2026, 10, 20) })
  })
})

describe('the list of exchanges', () => {
  it('lets any member leave, and tells when none is left', async () => {
    const list = new Exchanges()
    const members = [begin().exchange, begin().exchange, begin().exchange]
    for (const member of members) list.add(member)
    expect(list.list()).toEqual(members)
    const [first, second, third] = members
    let isEmpty = false
    const waiting = list.empty().then(() => {
      isEmpty = true
    })
    for (const member of [second, first]) if (member !== undefined) list.remove(member)
    expect(list.list()).toEqual([third])
    expect(isEmpty).toBe(false)
    if (third !== undefined) list.remove(third)
    await waiting
    expect(list.size).toBe(0)
  })
})
