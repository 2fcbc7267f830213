// What a listener's settings mean for HTTP/2: its certificate, its routes, its limits, and whether it is spoken at all.
import { describe, expect, it } from 'vitest'
import { visitH2 } from '../support/h2/visitor.ts'
import { fieldValue } from '../support/incoming.ts'
import { hold } from '../support/origin.ts'
import { startStage } from '../support/stage.ts'
import { shakeHands } from '../support/tls-visitor.ts'
import { until } from '../support/until.ts'

describe('a certificate for one name', () => {
  it('answers 421 for another on the same connection, and for its own still', async () => {
    await using stage = await startStage({ isSecure: true })
    await using visitor = await visitH2(stage.port, 'https', { servername: 'example.test' })
    expect((await visitor.ask('/a', { authority: 'other.test' })).status).toBe(421)
    expect((await visitor.ask('/a', { authority: `example.test:${stage.port}` })).status).toBe(200)
  })
})

describe('without a default route', () => {
  it('what matches nothing is 404', async () => {
    await using stage = await startStage()
    stage.world.rewrite(stage.config().replace('default: true', 'match: { host: only.test }'))
    await using visitor = await visitH2(stage.port, 'http')
    await until('the route is gone', async () => (await visitor.ask('/gone')).status === 404)
    expect((await visitor.ask('/here', { authority: 'only.test' })).status).toBe(200)
  })
})

describe('max_requests_in_flight', () => {
  it('counts streams: past it one is 503 with Retry-After, and the connection lives', async () => {
    await using stage = await startStage({ listener: 'limits: { max_requests_in_flight: 2 }' })
    stage.origin.on('/hold', hold)
    await using visitor = await visitH2(stage.port, 'http')
    const held = [visitor.open('/hold'), visitor.open('/hold')]
    await until('both are at the origin', () => stage.origin.at('/hold').length === 2)
    const refused = await visitor.ask('/more')
    expect([refused.status, fieldValue(refused.fields, 'retry-after')]).toEqual([503, '1'])
    for (const { stream } of held) stream.close()
    await until('there is room again', async () => (await visitor.ask('/more')).status === 200)
    expect(visitor.goaways).toEqual([])
  })
})

describe('http2: false', () => {
  it('agrees on HTTP/1.1 only', async () => {
    await using stage = await startStage({ isSecure: true, listener: 'http2: false' })
    await using both = await shakeHands(stage.port, { ALPNProtocols: ['h2', 'http/1.1'] })
    expect(both.alpn).toBe('http/1.1')
    await both.send('GET /a HTTP/1.1\r\nHost: a\r\n\r\n')
    expect((await both.answer()).status).toBe(200)
    await expect(shakeHands(stage.port, { ALPNProtocols: ['h2'] })).rejects.toThrow()
  })

  it('takes the preface for a bad request', async () => {
    await using stage = await startStage({ listener: 'http2: false' })
    await using visitor = await stage.visit()
    await visitor.send('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
    expect((await visitor.answer()).status).toBe(505)
    expect(stage.origin.requests).toEqual([])
  })

  it('holds for new connections from the reload on, and the old ones go on', async () => {
    await using stage = await startStage()
    await using old = await visitH2(stage.port, 'http')
    expect((await old.ask('/a')).status).toBe(200)
    stage.world.rewrite(stage.config({ listener: 'http2: false' }))
    await until('HTTP/2 is off', async () => {
      await using visitor = await stage.visit()
      await visitor.send('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')
      return (await visitor.incoming.some())?.toString('latin1').startsWith('HTTP/1.1 ') === true
    })
    expect((await old.ask('/a')).status).toBe(200)
  })
})

describe('no protocol agreed on over TLS', () => {
  it('is HTTP/1.1', async () => {
    await using stage = await startStage({ isSecure: true })
    await using visitor = await shakeHands(stage.port)
    await visitor.send('GET /a HTTP/1.1\r\nHost: a\r\n\r\n')
    expect((await visitor.answer()).status).toBe(200)
  })
})
