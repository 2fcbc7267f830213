// Names of origins: looked up off the request path, by a DNS server that changes its mind, falls silent, and lies in wait.
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { systemClock } from '../../src/base/clock.ts'
import { systemRandom } from '../../src/base/random.ts'
import { type Engine, startEngine } from '../../src/engine/engine.ts'
import { openLookup } from '../../src/net/lookup.ts'
import type { Fields, Log } from '../../src/observe/log.ts'
import type { ExchangeRecord } from '../../src/observe/record.ts'
import { compile } from '../../src/snapshot/compile.ts'
import { openKeep } from '../../src/state/keep.ts'
import { noAgents } from '../../src/tunnel/agents.ts'
import { type ConfigWords, configured, type TargetWords } from '../support/config.ts'
import { type DnsServer, startDnsServer, type Zone } from '../support/dns-server.ts'
import { freePort } from '../support/ports.ts'
import { ask, visit } from '../support/raw.ts'
import { until } from '../support/until.ts'

interface Scene extends AsyncDisposable {
  readonly engine: Engine
  readonly dns: DnsServer
  readonly port: number
  /** Of every origin, whatever its address. */
  readonly originPort: number
  readonly events: string[]
  readonly records: ExchangeRecord[]
  /** Answers every connection with the address that it came to. */
  originAt(address: string): Promise<Server>
  adopt(...targets: TargetWords[]): Promise<void>
  status(): Promise<string>
}

async function startScene(zones: Readonly<Record<string, Zone>>): Promise<Scene> {
  const dns = await startDnsServer(zones)
  const [port, originPort] = [await freePort(), await freePort()]
  const stateDir = mkdtempSync(join(tmpdir(), 'names-'))
  const events: string[] = []
  const records: ExchangeRecord[] = []
  const tell = (event: string, fields?: Fields): void =>
    void events.push(`${event} ${fields?.['name'] ?? ''} ${fields?.['reason'] ?? ''}`.trim())
  const log: Log = { trace: tell, debug: tell, info: tell, warn: tell, error: tell }
  const engine = startEngine({
    clock: systemClock(),
    random: systemRandom(),
    log,
    access: { record: record => void records.push(record) },
    keep: openKeep(),
    agents: noAgents(),
    lookup: openLookup({
      hostsFile: '/nowhere/hosts',
      servers: [dns.address],
      system: async () => ({ code: 'ENOTFOUND' }),
    }),
    stateDir,
  })
  const servers: Server[] = []
  return {
    engine,
    dns,
    port,
    originPort,
    events,
    records,
    async originAt(address) {
      const server = createServer(socket => {
        socket.on('error', () => undefined)
        socket.on('data', () => {
          const { localAddress = '' } = socket
          socket.write(`HTTP/1.1 200 OK\r\nContent-Length: ${localAddress.length}\r\n\r\n${localAddress}`)
        })
      })
      servers.push(server)
      await new Promise<void>(resolve => server.listen(originPort, address, resolve))
      return server
    },
    async adopt(...targets) {
      const words: ConfigWords = {
        listeners: { web: { bind: '127.0.0.1', port } },
        routes: { all: { default: true, forward: { targets, load_balancing: 'round_robin' } } },
      }
      const outcome = compile(configured(words))
      if (!outcome.ok) throw new Error('did not compile')
      expect((await engine.adopt(outcome.value)).ok).toBe(true)
    },
    async status() {
      const { status, body } = await ask('/', { port })
      return status === 200 ? body.toString() : String(status)
    },
    async [Symbol.asyncDispose]() {
      engine.close()
      for (const server of servers) server.close()
      await dns[Symbol.asyncDispose]()
      rmSync(stateDir, { recursive: true, force: true })
    },
  }
}

/** New connections only. */
const FRESH = { idle_timeout: '0' } as const

describe('names of origins', () => {
  it('are asked for once ahead, and never by a request', async () => {
    await using scene = await startScene({ 'a.test': { a: ['127.0.0.2'], ttl: 300 } })
    await scene.originAt('127.0.0.2')
    await scene.adopt({ url: `http://a.test:${scene.originPort}`, peer: FRESH })
    for (let n = 0; n < 20; n++) expect(await scene.status()).toBe('127.0.0.2')
    expect(scene.dns.asked.toSorted()).toEqual(['a a.test', 'aaaa a.test'])
  })

  it('may have two addresses, one of them dead', async () => {
    await using scene = await startScene({ 'a.test': { a: ['127.0.0.3', '127.0.0.2'], aaaa: ['100::1'] } })
    await scene.originAt('127.0.0.2')
    await scene.adopt({ url: `http://a.test:${scene.originPort}`, peer: FRESH })
    expect(await scene.status()).toBe('127.0.0.2')
  })

  it('that change are followed within their time, while connections to what they were live on', async () => {
    await using scene = await startScene({ 'a.test': { a: ['127.0.0.2'], ttl: 1 } })
    await scene.originAt('127.0.0.2')
    await scene.originAt('127.0.0.3')
    const url = `http://a.test:${scene.originPort}`
    await scene.adopt({ url, peer: FRESH })
    expect(await scene.status()).toBe('127.0.0.2')
    await scene.adopt({ url })
    await using visitor = await visit({ port: scene.port })
    const kept = async (): Promise<string> => {
      await visitor.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
      return (await visitor.answer()).body.toString()
    }
    expect(await kept()).toBe('127.0.0.2')
    scene.dns.zones.set('a.test', { a: ['127.0.0.3'], ttl: 300 })
    await until('the change is told', () => scene.events.includes('dns/changed a.test'))
    expect(await kept()).toBe('127.0.0.2')
    await scene.adopt({ url, peer: FRESH })
    expect(await scene.status()).toBe('127.0.0.3')
  })

  it('that leave a dead address are asked for before their time is over', async () => {
    await using scene = await startScene({ 'a.test': { a: ['127.0.0.2'], ttl: 300 } })
    const first = await scene.originAt('127.0.0.2')
    await scene.originAt('127.0.0.3')
    await scene.adopt({ url: `http://a.test:${scene.originPort}`, peer: FRESH })
    expect(await scene.status()).toBe('127.0.0.2')
    scene.dns.zones.set('a.test', { a: ['127.0.0.3'], ttl: 300 })
    first.close()
    await until('the new address is known', async () => (await scene.status()) === '127.0.0.3')
  })

  it('keep their last good answer while nobody answers', async () => {
    await using scene = await startScene({ 'a.test': { a: ['127.0.0.2'], ttl: 1 } })
    await scene.originAt('127.0.0.2')
    await scene.adopt({ url: `http://a.test:${scene.originPort}`, peer: FRESH })
    expect(await scene.status()).toBe('127.0.0.2')
    scene.dns.isSilent = true
    await until('the silence is told', () => scene.events.includes('dns/failed a.test ETIMEOUT'))
    expect(await scene.status()).toBe('127.0.0.2')
    scene.dns.isSilent = false
    await until('it is over', () => scene.events.includes('dns/recovered a.test'))
    expect(scene.events.filter(event => event.startsWith('dns/'))).toHaveLength(2)
  })

  it('that nobody knows are 502, and recover without a reload', async () => {
    await using scene = await startScene({})
    await scene.originAt('127.0.0.2')
    await scene.adopt({ url: `http://a.test:${scene.originPort}`, peer: FRESH })
    await until('the failure is told', () => scene.events.includes('dns/failed a.test ENOTFOUND'))
    expect(await scene.status()).toBe('502')
    expect(scene.records.at(-1)).toMatchObject({ reason: 'dns_error' })
    scene.dns.zones.set('a.test', { a: ['127.0.0.2'] })
    await until('it is known', async () => (await scene.status()) === '127.0.0.2')
    expect(scene.events).toContain('dns/recovered a.test')
  })

  it('that nobody knows take their target out of turn, without health rules', async () => {
    await using scene = await startScene({})
    const url = `http://a.test:${scene.originPort}`
    await scene.originAt('127.0.0.2')
    await scene.adopt({ url }, { url: `http://127.0.0.2:${scene.originPort}` })
    await until('the failure is told', () => scene.events.includes('dns/failed a.test ENOTFOUND'))
    for (let n = 0; n < 4; n++) expect(await scene.status()).toBe('127.0.0.2')
    scene.dns.zones.set('a.test', { a: ['127.0.0.3'] })
    await scene.originAt('127.0.0.3')
    await until('it is back', async () => (await scene.status()) === '127.0.0.3')
  })

  it('a request waits for an answer that is on its way, within its own time', async () => {
    await using scene = await startScene({ 'a.test': { a: ['127.0.0.2'] } })
    await scene.originAt('127.0.0.2')
    scene.dns.isSilent = true
    await scene.adopt({
      url: `http://a.test:${scene.originPort}`,
      peer: { total_connection_timeout: '300ms' },
    })
    expect(await scene.status()).toBe('504')
    expect(scene.records.at(-1)).toMatchObject({
      reason: 'connection_timeout',
      detail: expect.stringContaining('total_connection_timeout'),
    })
    await scene.adopt({ url: `http://a.test:${scene.originPort}` })
    const waiting = scene.status()
    scene.dns.isSilent = false
    expect(await waiting).toBe('127.0.0.2')
  })

  it('that a reload drops are not asked for any more', async () => {
    await using scene = await startScene({
      'a.test': { a: ['127.0.0.2'], ttl: 1 },
      'b.test': { a: ['127.0.0.2'], ttl: 1 },
    })
    await scene.originAt('127.0.0.2')
    await scene.adopt({ url: `http://a.test:${scene.originPort}` })
    await scene.adopt({ url: `http://b.test:${scene.originPort}` })
    expect(await scene.status()).toBe('127.0.0.2')
    const about = (name: string): number => scene.dns.asked.filter(asked => asked === `a ${name}`).length
    await until('b.test is asked for again', () => about('b.test') > 2)
    expect(about('a.test')).toBe(1)
  })
})
