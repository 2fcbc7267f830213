// Which requests share a connection: those whose connection options are equal, and nobody else. One option after the other differs.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TlsOptions } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SCHEMA } from '../../src/config/shape.ts'
import { type Authority, openAuthority } from '../support/certificates.ts'
import { type ConnectProxy, startConnectProxy } from '../support/connect-proxy.ts'
import { type Play, type Stage, startStage } from '../support/stage.ts'
import { startTlsOrigin, type TlsOrigin } from '../support/tls-origin.ts'
import { until } from '../support/until.ts'

const KEY = 'ab'.repeat(32)

/** Every option by its key, with a value other than what the rest of the test has. */
const VARIANTS = (proxyPort: number): Readonly<Record<string, string>> => ({
  connection_timeout: '4s',
  total_connection_timeout: '9s',
  read_timeout: '50s',
  write_timeout: '50s',
  idle_timeout: '50s',
  max_connections: '7',
  alpn: 'h2h1',
  sni: 'other.test',
  verify_cert: 'false',
  verify_hostname: 'false',
  ca: '[ca.pem, stranger.pem]',
  use_system_certs: 'false',
  alternative_cn: 'other.test',
  client_cert_key: '{ cert_file: us.pem, key_file: us.key }',
  psk: `{ identity: us, key: ${KEY} }`,
  tls_policy: 'modern',
  proxy: `{ uri: "http://127.0.0.1:${proxyPort}" }`,
  bind_to: '127.0.0.1',
  tcp_keepalive: 'off',
  group_key: 'another',
})

/** About requests: whatever it says, connections are the same. */
const NOT_OF_CONNECTIONS = ['http_upstream_request_policy']
/** Nobody believes the origin then: what shows is that no connection of others is taken. */
const REFUSED = ['use_system_certs']

describe('a connection serves requests with equal options only', () => {
  let authority: Authority
  let stranger: Authority
  let origin: TlsOrigin
  let proxy: ConnectProxy
  let stage: Stage
  let options: readonly (readonly [key: string, value: string])[]
  const keys = Object.keys(VARIANTS(0))

  const route = (id: string, upstream: string, peer: string): string =>
    `${id}:\n  listener: web\n  match: { path_prefix: /${id} }\n  forward: { upstream: ${upstream}, peer: { ${peer} } }\n`
  const routes = (own: string): string =>
    [
      route('base', 'pool', ''),
      route('base-twin', 'pool', ''),
      route('own', 'pool', own),
      route('system', 'believed', ''),
      route('policy', 'pool', 'http_upstream_request_policy: deny_upgrades'),
      ...options.flatMap(([key, value]) => {
        const upstream = REFUSED.includes(key) ? 'believed' : 'pool'
        return [route(key, upstream, `${key}: ${value}`), route(`${key}-twin`, upstream, `${key}: ${value}`)]
      }),
    ].join('')
  const play = (group: string): Play => {
    const url = `https://localhost:${origin.port}`
    return {
      top: [
        'server: { reload: { debounce: 50ms } }',
        'upstreams:',
        `  pool: { peer: { ca: ca.pem }, targets: [{ url: "${url}" }] }`,
        `  believed: { targets: [{ url: "${url}" }] }`,
      ].join('\n'),
      routes: routes(`group_key: ${group}`),
    }
  }
  const ask = async (id: string): Promise<number> => (await stage.ask(`/${id}/x`)).status

  beforeAll(async () => {
    authority = openAuthority('Test Authority')
    stranger = openAuthority('Stranger')
    const us = authority.sign({ hosts: ['us.test'], isClient: true })
    origin = await startTlsOrigin({
      ...authority.sign({ hosts: ['localhost', 'other.test'] }),
      ca: authority.cert,
      requestCert: true,
      rejectUnauthorized: false,
      pskCallback: (_, identity) => (identity === 'us' ? Buffer.from(KEY, 'hex') : null),
    } as TlsOptions)
    proxy = await startConnectProxy()
    options = Object.entries(VARIANTS(proxy.port))
    stage = await startStage(play('first'), {
      files: {
        'ca.pem': authority.cert,
        'stranger.pem': stranger.cert,
        'us.pem': us.cert,
        'us.key': us.key,
      },
      env: { SSL_CERT_FILE: 'ca.pem' },
    })
  })
  afterAll(async () => {
    await stage?.[Symbol.asyncDispose]()
    await proxy?.[Symbol.asyncDispose]()
    await origin?.[Symbol.asyncDispose]()
    authority?.[Symbol.dispose]()
    stranger?.[Symbol.dispose]()
  })

  /** Connections that the origin sees while the routes are asked, one after the other, twice. */
  async function connectionsFor(...ids: readonly string[]): Promise<number> {
    const before = origin.seen.length
    for (const id of [...ids, ...ids]) expect(await ask(id), id).toBe(200)
    return origin.seen.length - before
  }

  it('every option there is, is looked at', () => {
    const known = Object.keys(SCHEMA.$defs?.['Peer']?.properties ?? {})
    expect([...keys, ...NOT_OF_CONNECTIONS].sort()).toEqual(known.sort())
  })

  it('equal options share one, whatever is done with requests', async () => {
    expect(await connectionsFor('base', 'base-twin', 'policy')).toBe(1)
  })

  it.each(keys.filter(key => !REFUSED.includes(key)))('another %s is another connection', async key => {
    expect(await connectionsFor(key, `${key}-twin`)).toBe(1)
    expect(await connectionsFor('base')).toBe(0)
  })

  it.each(REFUSED)('another %s gets nothing from a connection that it would not believe', async key => {
    expect(await connectionsFor('system')).toBe(1)
    expect(await ask(key)).toBe(502)
    expect(await connectionsFor('system')).toBe(0)
  })

  it('no session of TLS is resumed by others either', () => {
    // In TLS 1.3 a shared key looks like a session to the origin.
    expect(origin.seen.filter(({ isResumed }) => isResumed)).toHaveLength(1)
  })

  it('a reload that changes nothing keeps it, one that changes an option does not', async () => {
    const reloaded = async (text: string, event: string): Promise<void> => {
      const before = stage.world.told(event)
      stage.world.rewrite(text)
      await until(event, () => stage.world.told(event) > before)
    }
    await ask('own')
    await reloaded(`${stage.config(play('first'))}# a comment\n`, 'config/unchanged')
    expect(await connectionsFor('own')).toBe(0)
    await reloaded(stage.config(play('second')), 'config/applied')
    expect(await connectionsFor('own')).toBe(1)
    expect(await connectionsFor('base')).toBe(0)
  })

  it('a certificate of ours that is replaced on disk is shown on a connection of its own', async () => {
    await ask('client_cert_key')
    expect(origin.seen.findLast(({ visitor }) => visitor !== undefined)?.visitor).toBe('us.test')
    const next = authority.sign({ hosts: ['next.test'], isClient: true })
    const before = stage.world.told('config/applied')
    // Between the two writes they don't fit, and nothing changes.
    writeFileSync(join(stage.world.dir, 'us.pem'), next.cert)
    writeFileSync(join(stage.world.dir, 'us.key'), next.key)
    await until('both are adopted', () => stage.world.told('config/applied') > before)
    expect(await connectionsFor('client_cert_key', 'client_cert_key-twin')).toBe(1)
    expect(origin.seen.at(-1)?.visitor).toBe('next.test')
    expect(await connectionsFor('base')).toBe(0)
  })
})
