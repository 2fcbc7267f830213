// TLS over time: edits under open connections, visitors who lie or stall, and bytes in numbers.
import { execFile } from 'node:child_process'
import { createHash, X509Certificate } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { type Authority, openAuthority } from '../support/certificates.ts'
import { clientHello, serverName } from '../support/client-hello.ts'
import { buildGo } from '../support/go.ts'
import { Cut } from '../support/incoming.ts'
import { startOrigin } from '../support/origin.ts'
import { freePort } from '../support/ports.ts'
import { ask, visit } from '../support/raw.ts'
import { shakeHands } from '../support/tls-visitor.ts'
import { pairFiles, signAll, startTls, type TlsStage, tlsConfig } from '../support/tls-world.ts'
import { until } from '../support/until.ts'
import { startWorld } from '../support/world.ts'
import { startWsOrigin } from '../support/ws-origin.ts'

let authority: Authority
beforeAll(() => {
  authority = openAuthority('Test Authority')
})
afterAll(() => authority[Symbol.dispose]())

const get = (host: string): string => `GET / HTTP/1.1\r\nHost: ${host}\r\n\r\n`

describe('a certificate whose files change', () => {
  it('is shown to the next visitor, and nobody is cut', async () => {
    await using stage = await startTls(
      port => tlsConfig(port, 'http2: false', ['one']),
      pairFiles(signAll(authority, { one: ['one.test'] })),
    )
    const { world, port } = stage
    await using before = await shakeHands(port)
    await before.send(get('one.test'))
    expect((await before.answer()).status).toBe(200)
    const next = authority.sign({ hosts: ['next.test'] })
    // The new key stands beside the old certificate for a moment: an error, and the old pair goes on.
    writeFileSync(join(world.dir, 'one.key'), next.key)
    const rejected = await world.event('config/rejected')
    expect(rejected['findings']).toMatchObject([
      { code: 'certificate/key', at: '/certificates/one/key_file' },
    ])
    await using meanwhile = await shakeHands(port)
    expect(meanwhile.shown).toBe('one.test')
    writeFileSync(join(world.dir, 'one.pem'), next.cert)
    await until('it is live', () => world.told('certificate/loaded') === 2)
    await using after = await shakeHands(port)
    expect(after.shown).toBe('next.test')
    await before.send(get('one.test'))
    expect((await before.answer()).status).toBe(200)
    const loaded = world.events.filter(({ event }) => event === 'certificate/loaded')
    expect(loaded[1]).toMatchObject({ certificate: 'one', hosts: ['next.test'] })
    expect(Date.parse(String(loaded[1]?.['expires']))).toBe(
      Date.parse(new X509Certificate(next.cert).validTo),
    )
    expect(JSON.stringify(world.events)).not.toContain('PRIVATE KEY')
  })
})

describe('reloads under traffic', () => {
  const RELOADS = 15

  it('lose no handshake, no request and no connection', async () => {
    await using stage = await startTls(
      port => tlsConfig(port, 'http2: false', ['one']),
      pairFiles(signAll(authority, { one: ['one.test'] })),
    )
    const { world, port } = stage
    const next = authority.sign({ hosts: ['one.test'] })
    let isOver = false
    let served = 0
    async function keepAlive(): Promise<void> {
      await using visitor = await shakeHands(port)
      while (!isOver) {
        await visitor.send(get('one.test'))
        expect((await visitor.answer()).status).toBe(200)
        served++
      }
    }
    async function fresh(): Promise<void> {
      while (!isOver) {
        await using visitor = await shakeHands(port)
        await visitor.send(get('one.test'))
        expect((await visitor.answer()).status).toBe(200)
        served++
      }
    }
    const traffic = Promise.all([keepAlive(), keepAlive(), fresh(), fresh()])
    const reloads = async (): Promise<void> => {
      for (let count = 1; count <= RELOADS; count++) {
        // The certificate, then the policy, then what is said of neither.
        if (count % 3 === 0)
          writeFileSync(join(world.dir, 'one.pem'), count % 2 === 0 ? next.cert : `${next.cert}\n`)
        if (count === 3) writeFileSync(join(world.dir, 'one.key'), next.key)
        const version = count % 2 === 0 ? '1.2' : '1.3'
        world.rewrite(
          tlsConfig(port, `http2: false, tls: { min_version: "${version}" }`, ['one'], `# ${count}\n`),
        )
        await until('it is live', () => world.told('config/applied') > count)
      }
    }
    await Promise.race([traffic, reloads()])
    isOver = true
    await traffic
    expect(served).toBeGreaterThan(RELOADS)
    expect(world.told('internal/error')).toBe(0)
    expect(world.told('tls/handshake-failed')).toBeLessThanOrEqual(1)
  })
})

describe('an address', () => {
  it('goes from http to https and back without being bound anew', async () => {
    const port = await freePort()
    const secure = tlsConfig(port, 'http2: false', ['one'])
    const plain = secure.replace('protocol: https', 'protocol: http')
    const files = pairFiles(signAll(authority, { one: ['one.test'] }))
    await using world = await startWorld({ config: plain, files, ready: [port] })
    await using old = await visit({ port })
    await old.send(get('one.test'))
    expect((await old.answer()).status).toBe(200)
    world.rewrite(secure)
    await until('https is live', () => world.told('config/applied') === 2)
    await using over = await shakeHands(port)
    await over.send(get('one.test'))
    expect((await over.answer()).status).toBe(200)
    await old.send(get('one.test'))
    expect((await old.answer()).status).toBe(200)
    world.rewrite(plain)
    await until('http is live', () => world.told('config/applied') === 3)
    expect((await ask('/', { port })).status).toBe(200)
    await over.send(get('one.test'))
    expect((await over.answer()).status).toBe(200)
    expect(world.told('listener/opened')).toBe(1)
    await until('all is recorded', () => world.access.length === 5)
    expect(world.access.map(line => line['url.scheme'])).toEqual(['http', 'https', 'http', 'http', 'https'])
  })

  it('redirects to https whatever its routes say', async () => {
    const port = await freePort()
    const config = `version: 1
listeners: { web: { protocol: http, bind: 127.0.0.1, port: ${port}, redirect_to_https: true } }
routes:
  all: { listener: web, default: true, forward: { targets: [{ static: { body: hello } }] } }
`
    await using world = await startWorld({ config, ready: [port] })
    const reply = await ask('/a%20b?c=d', { port, host: 'One.test:8080', method: 'POST', body: 'x' })
    expect(reply.status).toBe(308)
    expect(reply.fields).toContainEqual(['Location', 'https://one.test/a%20b?c=d'])
    expect((await ask('/', { port, host: 'a"b' })).status).toBe(400)
    const line = await world.accessLine('the redirect', one => one['http.response.status_code'] === 308)
    expect(line).toMatchObject({
      'p2pstream.at': '/listeners/web/redirect_to_https',
      'p2pstream.reason': 'redirect',
    })
  })
})

describe('a visitor who lies or stalls', () => {
  let stage: TlsStage
  beforeAll(async () => {
    stage = await startTls(
      port => tlsConfig(port, 'limits: { header_timeout: 500ms, max_connections: 20 }', ['one']),
      pairFiles(signAll(authority, { one: ['one.test', '*.one.test'] })),
    )
  })
  afterAll(() => stage[Symbol.asyncDispose]())

  /** What comes back until the connection is closed. */
  async function say(bytes: Uint8Array): Promise<Buffer> {
    await using visitor = await visit({ port: stage.port })
    await visitor.send(bytes).catch(() => undefined)
    return await visitor.incoming
      .rest()
      .catch(error => (error instanceof Cut ? error.body : Promise.reject(error)))
  }

  const ALERT = 21
  const HANDSHAKE = 22

  it.each<readonly [string, Buffer]>([
    ['300 bytes', Buffer.alloc(300, 'a')],
    ['a NUL', Buffer.from('one.test\0.evil.test')],
  ])('with a name of %s gets an alert', async (_, name) => {
    expect((await say(clientHello(serverName(name))))[0]).toBe(ALERT)
  })

  it.each<readonly [string, Buffer]>([
    ['no bytes', Buffer.alloc(0)],
    ['255 bytes', Buffer.alloc(255, 'a')],
    ['%00', Buffer.from('%00')],
    ['UTF-8', Buffer.from('bücher.one.test')],
    ['bytes that are no text', Buffer.from([0xff, 0xfe, 0x80])],
    ['__proto__', Buffer.from('__proto__')],
    ['only dots', Buffer.from('....')],
    ['a wildcard', Buffer.from('*.one.test')],
    ['an address', Buffer.from('::1')],
    ['an address with a zone', Buffer.from('fe80::1%eth0')],
    ['a line break', Buffer.from('a\r\nb: c')],
  ])('with a name of %s is shown some certificate', async (_, name) => {
    expect((await say(clientHello(serverName(name))))[0]).toBe(HANDSHAKE)
  })

  it.each<readonly [string, Buffer]>([
    ['plain HTTP', Buffer.from('GET / HTTP/1.1\r\nHost: one.test\r\n\r\n')],
    ['garbage', Buffer.from('\0\x01\x02 nothing that anybody speaks')],
    ['a record of 16 MiB', Buffer.from([22, 3, 1, 0xff, 0xff, 1, 0xff, 0xff, 0xff])],
    ['a hello cut short and more', Buffer.concat([clientHello().subarray(0, 60), Buffer.alloc(200, 0x41)])],
  ])('with %s is closed', async (_, bytes) => {
    const answer = await say(bytes)
    expect(answer.includes('HTTP/')).toBe(false)
  })

  it.each(['nothing', 'a byte now and then'])('who says %s is closed after header_timeout', async how => {
    const began = performance.now()
    await using visitor = await visit({ port: stage.port })
    const hello = clientHello()
    let at = 0
    const drip = setInterval(() => {
      if (how !== 'nothing') visitor.socket.write(hello.subarray(at, ++at))
    }, 50)
    visitor.socket.on('error', () => undefined)
    await visitor.incoming.rest().catch(() => undefined)
    clearInterval(drip)
    const took = performance.now() - began
    expect(took).toBeGreaterThanOrEqual(450)
    expect(took).toBeLessThan(3000)
  })

  it('counts among the connections, and makes room again', async () => {
    const stalled = await Promise.all(Array.from({ length: 20 }, () => visit({ port: stage.port })))
    await expect(shakeHands(stage.port)).rejects.toThrow()
    await until('they are gone', () =>
      shakeHands(stage.port).then(
        visitor => visitor[Symbol.asyncDispose]().then(() => true),
        () => false,
      ),
    )
    for (const visitor of stalled) visitor.socket.destroy()
  })

  it('harms nobody', async () => {
    await using visitor = await shakeHands(stage.port, { servername: 'a.one.test' })
    await visitor.send(get('a.one.test'))
    expect((await visitor.answer()).body.toString()).toBe('hello')
    expect(stage.world.told('internal/error')).toBe(0)
    expect(stage.world.told('tls/handshake-failed')).toBeGreaterThan(10)
  })
})

const folder = mkdtempSync(join(tmpdir(), 'p2pstream-hasty-'))
const hasty = buildGo('go-hasty', folder) ?? ''

describe.skipIf(hasty === '')('a visitor who resets in the breath of its first request', () => {
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  // Node never says that an answer's write failed which stands behind the handshake's last bytes.
  it('leaves nothing behind', async () => {
    await using stage = await startTls(
      port => tlsConfig(port, 'http2: false', ['one']),
      pairFiles(signAll(authority, { one: ['one.test'] })),
    )
    const descriptors = (): number => readdirSync(`/proc/${stage.world.pid}/fd`).length
    const before = descriptors()
    await promisify(execFile)(hasty, ['-connect', `127.0.0.1:${stage.port}`, '-times', '200'])
    // A few more are the program's own, which may still be starting: watching files, for one. Left behind it would be dozens.
    await until('its sockets are closed', () => descriptors() <= before + 5)
  })
})

describe('bytes over TLS', () => {
  const BODY = Buffer.from(Uint8Array.from({ length: 24 << 20 }, (_, at) => (at * 31 + (at >> 10)) & 0xff))

  function forwarding(port: number, to: number): string {
    return tlsConfig(port, 'http2: false', ['one']).replace(
      /forward: .*/,
      `forward: { targets: [{ url: "http://127.0.0.1:${to}" }] } }`,
    )
  }

  it('arrive whole both ways, with a reader who takes its time', async () => {
    await using origin = await startOrigin()
    await using stage = await startTls(
      port => forwarding(port, origin.port),
      pairFiles(signAll(authority, { one: ['one.test'] })),
    )
    origin.on('/down', turn => turn.answer(200, [], BODY))
    origin.on('/up', async turn =>
      turn.answer(
        200,
        [],
        createHash('sha256')
          .update(await turn.body())
          .digest('hex'),
      ),
    )
    await using visitor = await shakeHands(stage.port)
    await visitor.send('GET /down HTTP/1.1\r\nHost: one.test\r\n\r\n')
    visitor.socket.pause()
    await new Promise(resolve => setTimeout(resolve, 300))
    visitor.socket.resume()
    expect((await visitor.answer()).body.equals(BODY)).toBe(true)
    await visitor.send(`POST /up HTTP/1.1\r\nHost: one.test\r\nContent-Length: ${BODY.length}\r\n\r\n`)
    await visitor.send(BODY)
    expect((await visitor.answer()).body.toString()).toBe(createHash('sha256').update(BODY).digest('hex'))
    const [down] = origin.at('/down')
    expect(down?.fields).toContainEqual(['X-Forwarded-Proto', 'https'])
    expect(down?.fields).toContainEqual(['X-Forwarded-Port', String(stage.port)])
  })

  it('of a WebSocket come back as they were', async () => {
    await using origin = await startWsOrigin()
    await using stage = await startTls(
      port => forwarding(port, origin.port),
      pairFiles(signAll(authority, { one: ['one.test'] })),
    )
    const socket = new WebSocket(`wss://127.0.0.1:${stage.port}/`, { rejectUnauthorized: false })
    await once(socket, 'open')
    for (const message of ['hello', BODY.subarray(0, 5 << 20)]) {
      const echoed = once(socket, 'message')
      socket.send(message)
      const [data] = (await echoed) as [Buffer]
      expect(data.equals(Buffer.from(message))).toBe(true)
    }
    socket.close(4000)
    expect((await once(socket, 'close'))[0]).toBe(4000)
  })
})

describe('a self-signed certificate', () => {
  const config = (port: number): string =>
    `${tlsConfig(port, 'http2: false', []).replace('certificates:\n', 'certificates:\n  own: { self_signed: { days: 30 } }\n')}state: { dir: kept }\n`

  const shownAt = async (port: number): Promise<X509Certificate> => {
    await using visitor = await shakeHands(port)
    const certificate = visitor.socket.getPeerX509Certificate()
    if (certificate === undefined) throw new Error('no certificate')
    return certificate
  }

  it('is made once and kept for us alone', async () => {
    const port = await freePort()
    const first = await startWorld({ config: config(port), ready: [port] })
    const shown = await shownAt(port)
    expect(shown.subjectAltName).toBe('DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1')
    expect(shown.publicKey.asymmetricKeyDetails).toEqual({ namedCurve: 'prime256v1' })
    const file = join(first.dir, 'kept/self-signed/own.pem')
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(statSync(join(first.dir, 'kept')).mode & 0o777).toBe(0o700)
    const kept = readFileSync(file, 'utf8')
    await first.stop()
    await first[Symbol.asyncDispose]()
    await using second = await startWorld({
      config: config(port),
      files: { 'kept/self-signed/own.pem': kept },
      ready: [port],
    })
    expect((await shownAt(port)).fingerprint256).toBe(shown.fingerprint256)
    second.rewrite(config(port).replace('days: 30', 'days: 60'))
    await until('another is made', () => second.told('certificate/loaded') === 2)
    expect((await shownAt(port)).fingerprint256).not.toBe(shown.fingerprint256)
  })

  it('lives in memory where the folder can’t be written, and a reload keeps it', async () => {
    const port = await freePort()
    await using world = await startWorld({ config: config(port), files: { kept: 'a file' }, ready: [port] })
    expect(await world.event('state/not-kept')).toMatchObject({ level: 'warn', name: 'self-signed/own.pem' })
    const { fingerprint256 } = await shownAt(port)
    world.rewrite(config(port).replace('body: hello', 'body: again'))
    await until('it is live', () => world.told('config/applied') === 2)
    expect((await shownAt(port)).fingerprint256).toBe(fingerprint256)
    expect(world.told('certificate/loaded')).toBe(1)
  })
})
