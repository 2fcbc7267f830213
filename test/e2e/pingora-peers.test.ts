// examples/pingora-peers.yaml as it stands, but for the addresses: checked, explained and served, with an origin for each peer.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as line from '../support/access-line.ts'
import { type Authority, openAuthority } from '../support/certificates.ts'
import { type ConnectProxy, startConnectProxy } from '../support/connect-proxy.ts'
import { exampleText, replaced } from '../support/example-text.ts'
import { type Origin, startOrigin } from '../support/origin.ts'
import { freePort } from '../support/ports.ts'
import { askOn, type Reply, visit } from '../support/raw.ts'
import { startTlsOrigin, type TlsOrigin } from '../support/tls-origin.ts'
import { startUnreachable, type Unreachable } from '../support/unreachable.ts'
import { LAUNCHER, startWorld, type World } from '../support/world.ts'

const FILE = fileURLToPath(new URL('../../examples/pingora-peers.yaml', import.meta.url))

const run = (...words: readonly string[]) =>
  spawnSync(process.execPath, [LAUNCHER, ...words, '-c', FILE], { encoding: 'utf8' })

describe('the peers of the guide', () => {
  const passphrase = exampleText('secrets/edge-passphrase').trim()
  const password = exampleText('secrets/proxy-password').trim()

  it('are valid', () => {
    const { status, stdout, stderr } = run('validate', '--require-secrets', '--fail-on', 'warning')
    expect([status, stderr], stdout).toEqual([0, ''])
  })

  it.each(['tls', 'plain', 'quick', 'mutual', 'tunnel'])('%s is explained, without secrets', id => {
    const { status, stdout } = run('explain', 'GET', `http://localhost:8080/${id}/a`, '--format', 'json')
    expect(status).toBe(0)
    expect(stdout).toContain(`"${id}-1"`)
    expect(stdout.includes('http://proxy.internal:3128')).toBe(id === 'tunnel')
    for (const secret of [passphrase, password]) expect(stdout).not.toContain(secret)
  })
})

describe('the peers of the guide, running', () => {
  let authority: Authority
  let world: World
  let port: number
  let plain: Origin
  let proxy: ConnectProxy
  let unreachable: Unreachable
  const secure = new Map<string, TlsOrigin>()

  beforeAll(async () => {
    authority = openAuthority('Everybody')
    plain = await startOrigin()
    proxy = await startConnectProxy()
    unreachable = await startUnreachable()
    const start = async (id: string, ...how: Parameters<typeof startTlsOrigin>): Promise<number> => {
      const origin = await startTlsOrigin(...how)
      secure.set(id, origin)
      return origin.port
    }
    const tls = await start('tls', authority.sign({ hosts: ['shop.example.com'] }))
    const mutual = await start('mutual', {
      ...authority.sign({ hosts: ['localhost'] }),
      ca: exampleText('authorities/house.pem'),
      requestCert: true,
      rejectUnauthorized: true,
    })
    const tunnel = await start('tunnel', authority.sign({ hosts: ['localhost'] }))
    port = await freePort()
    const config = replaced(exampleText('pingora-peers.yaml'), {
      'port: 8080': `port: ${port}`,
      'https://192.0.2.10:443': `https://127.0.0.1:${tls}`,
      'http://10.0.3.7:3000': `http://127.0.0.1:${plain.port}`,
      'http://10.0.3.8:3000': `http://127.0.0.1:${unreachable.port}`,
      'https://orders.internal:8443': `https://localhost:${mutual}`,
      'https://api.partner.example': `https://localhost:${tunnel}`,
      'http://proxy.internal:3128': `http://127.0.0.1:${proxy.port}`,
    })
    const names = [
      'certificates/edge.pem',
      'secrets/edge.key',
      'secrets/edge-passphrase',
      'secrets/proxy-password',
    ]
    world = await startWorld({
      config,
      files: {
        ...Object.fromEntries(names.map(name => [name, exampleText(name)])),
        // Nobody has the key of the example's authority.
        'authorities/house.pem': authority.cert,
        'everybody.pem': authority.cert,
      },
      env: { SSL_CERT_FILE: 'everybody.pem' },
      ready: [port],
    })
  })
  afterAll(async () => {
    await world?.[Symbol.asyncDispose]()
    for (const one of [plain, proxy, unreachable, ...secure.values()]) await one?.[Symbol.asyncDispose]()
    authority?.[Symbol.dispose]()
  })

  const ask = async (path: string): Promise<Reply> => {
    await using visitor = await visit({ port })
    return await askOn(visitor, path, {})
  }

  it('TLS with a name', async () => {
    expect((await ask('/tls/a')).status).toBe(200)
    expect(secure.get('tls')?.seen.map(({ name }) => name)).toEqual(['shop.example.com'])
  })

  it('a plain address', async () => {
    expect((await ask('/plain/a')).status).toBe(200)
    expect(plain.at('/plain/a')).toHaveLength(1)
  })

  it('100 ms for connecting', async () => {
    expect((await ask('/quick/a')).status).toBe(504)
    const record = await world.accessLine('quick', line.askedFor('/quick/a'))
    expect(line.place(record)).toBe('/upstreams/quick/targets/0/peer/connection_timeout')
  })

  it('mutual TLS', async () => {
    expect((await ask('/mutual/a')).status).toBe(200)
    expect(secure.get('mutual')?.seen.map(({ visitor }) => visitor)).toEqual(['edge.internal'])
  })

  it('a CONNECT proxy', async () => {
    expect((await ask('/tunnel/a')).status).toBe(200)
    const password = exampleText('secrets/proxy-password').trim()
    expect(proxy.asked.map(head => head.split('\r\n').slice(1))).toEqual([
      [
        `Host: localhost:${secure.get('tunnel')?.port}`,
        `Proxy-Authorization: Basic ${Buffer.from(`edge:${password}`).toString('base64')}`,
        'X-Team: shop',
      ],
    ])
  })
})
