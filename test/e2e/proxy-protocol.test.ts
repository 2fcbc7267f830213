// The PROXY protocol from visitors' side: who is believed, what that means, and what is closed. Real proxies in front are proxy-protocol-peers.test.ts's.
import { once } from 'node:events'
import { rmSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as access from '../support/access-line.ts'
import { fieldValue } from '../support/incoming.ts'
import { type Origin, startOrigin } from '../support/origin.ts'
import { freePort } from '../support/ports.ts'
import { block, checked, ipv6Ends, line, tag } from '../support/proxy-header.ts'
import { ask, type Dial, type Reply, type Visitor, visit } from '../support/raw.ts'
import { shakeHands } from '../support/tls-visitor.ts'
import { pause, until } from '../support/until.ts'
import { startWorld, type World } from '../support/world.ts'

const V1 = line('TCP4 192.0.2.7 198.51.100.1 4711 443')
const REQUEST = 'GET / HTTP/1.1\r\nHost: a\r\n\r\n'
const STRANGER = '127.0.0.66'
const SOCKET = `/tmp/p2pstream-front-${process.pid}.sock`

let origin: Origin
let world: World
let strict: number
let easy: number
let off: number
let secure: number

beforeAll(async () => {
  origin = await startOrigin()
  strict = await freePort()
  easy = await freePort()
  off = await freePort()
  secure = await freePort()
  const config = `version: 1
server: { trusted_proxies: [127.0.0.1, 10.0.0.0/8, unix] }
logging: { level: debug }
listeners:
  strict:
    { protocol: http, bind: "", port: ${strict}, proxy_protocol: require, limits: { header_timeout: 1s, max_connections: 8 } }
  easy: { protocol: http, bind: "", port: ${easy}, proxy_protocol: accept, limits: { header_timeout: 1s } }
  off: { protocol: http, bind: "", port: ${off} }
  secure:
    { protocol: https, bind: "", port: ${secure}, proxy_protocol: require, limits: { header_timeout: 1s } }
  local: { protocol: http, bind: "unix:\${env:SOCKET}", proxy_protocol: require }
certificates:
  site: { self_signed: {} }
routes:
  all:
    listener: [strict, easy, off, secure, local]
    default: true
    forward: { targets: [{ url: "http://127.0.0.1:${origin.port}" }] }
`
  world = await startWorld({ config, ready: [strict, easy, off, secure, SOCKET], env: { SOCKET } })
})
afterAll(async () => {
  await world[Symbol.asyncDispose]()
  rmSync(SOCKET, { force: true })
  await origin[Symbol.asyncDispose]()
})

interface Told {
  readonly forwardedFor: string | undefined
  readonly realIp: string | undefined
}

function told(reply: Reply): Told {
  const { fields } = JSON.parse(reply.body.toString())
  return { forwardedFor: fieldValue(fields, 'x-forwarded-for'), realIp: fieldValue(fields, 'x-real-ip') }
}

async function sent(to: Dial, ...pieces: readonly (Uint8Array | string)[]): Promise<Visitor> {
  const visitor = await visit(to)
  for (const piece of pieces) await visitor.send(piece)
  return visitor
}

/** What an origin is told of the visitor behind a header. */
async function toldBehind(to: Dial, ...pieces: readonly (Uint8Array | string)[]): Promise<Told> {
  await using visitor = await sent(to, ...pieces, REQUEST)
  const reply = await visitor.answer()
  expect(reply.status).toBe(200)
  return told(reply)
}

/** How a connection ended on which nothing was answered. */
async function endOf(to: Dial, ...pieces: readonly (Uint8Array | string)[]): Promise<string> {
  await using visitor = await visit(to)
  for (const piece of pieces) visitor.send(piece).catch(() => undefined)
  const how = await visitor.incoming.gone()
  expect(await visitor.incoming.head().catch(() => undefined)).toBeUndefined()
  return how
}

const one = (address: string): Told => ({ forwardedFor: address, realIp: address })

describe('a header from a trusted proxy', () => {
  const v6 = block({ kind: 0x21, ends: ipv6Ends([0x2001, 0xdb8, 0, 0, 0, 0, 0, 7], 4711) })
  const tags = [
    tag(1, Buffer.from('http/1.1')),
    tag(2, Buffer.from('a.example')),
    tag(0xe0, Buffer.alloc(900)),
  ]
  it.each([
    ['version 1', V1, '192.0.2.7'],
    ['version 1, IPv6', line('TCP6 2001:DB8::7 2001:db8::1 4711 443'), '2001:db8::7'],
    ['version 1, UNKNOWN', line('UNKNOWN'), '127.0.0.1'],
    ['version 2', block(), '192.0.2.7'],
    ['version 2, IPv6', v6, '2001:db8::7'],
    [
      'version 2, IPv4 in IPv6',
      block({ kind: 0x21, ends: ipv6Ends([0, 0, 0, 0, 0, 0xffff, 0xc000, 0x207], 1) }),
      '192.0.2.7',
    ],
    ['version 2, LOCAL', block({ about: 0x20, kind: 0, ends: [] }), '127.0.0.1'],
    ['version 2, a unix socket', block({ kind: 0x31, ends: Array(216).fill(65) }), '127.0.0.1'],
    ['version 2, tagged values', block({ tags }), '192.0.2.7'],
    ['version 2, a checksum', checked({ tags }), '192.0.2.7'],
  ])('names the visitor: %s', async (_, header, address) => {
    expect(await toldBehind({ port: strict }, header)).toEqual(one(address))
    expect(await toldBehind({ port: easy }, header)).toEqual(one(address))
  })

  it('may come with the request or byte by byte', async () => {
    expect(
      await toldBehind(
        { port: strict },
        Buffer.concat([V1, Buffer.from('GET /x HTTP/1.1\r\nHost: a\r\n\r\n')]),
      ),
    ).toEqual(one('192.0.2.7'))
    await using visitor = await visit({ port: strict })
    await visitor.sendPieces(`${checked().toString('latin1')}${REQUEST}`, 1, 2)
    expect(told(await visitor.answer())).toEqual(one('192.0.2.7'))
  })

  it('holds for every request of its connection, and is in the record', async () => {
    await using visitor = await sent({ port: strict }, block(), 'GET /first HTTP/1.1\r\nHost: a\r\n\r\n')
    expect(told(await visitor.answer())).toEqual(one('192.0.2.7'))
    await visitor.send('GET /second HTTP/1.1\r\nHost: a\r\n\r\n')
    expect(told(await visitor.answer())).toEqual(one('192.0.2.7'))
    const record = await world.accessLine('second', access.askedFor('/second'))
    expect(access.client(record)).toBe('192.0.2.7')
  })

  it('is all that is believed, unless it names another trusted proxy', async () => {
    const request = 'GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 203.0.113.9\r\n\r\n'
    await using stranger = await sent({ port: strict }, V1, request)
    expect(told(await stranger.answer())).toEqual(one('192.0.2.7'))
    await using proxy = await sent({ port: strict }, line('TCP4 10.1.2.3 198.51.100.1 1 2'), request)
    expect(told(await proxy.answer())).toEqual({
      forwardedFor: '203.0.113.9, 10.1.2.3',
      realIp: '203.0.113.9',
    })
  })

  it('is believed on a unix socket where `unix` is trusted', async () => {
    expect(await toldBehind({ path: SOCKET }, V1)).toEqual(one('192.0.2.7'))
  })

  it('is not known where the listener has it off', async () => {
    await using visitor = await sent({ port: off }, V1, REQUEST)
    expect((await visitor.answer()).status).toBe(400)
  })
})

describe('what is closed without a word', () => {
  it.each([
    ['a request without a header', REQUEST],
    ['a line with a leading zero', line('TCP4 192.0.2.07 198.51.100.1 4711 443')],
    ['a line without an end', `PROXY ${'x'.repeat(200)}`],
    ['a block that announces 64 KiB', block({ length: 65_535 })],
    ['a wrong checksum', block({ tags: [tag(3, Buffer.from([1, 2, 3, 4]))] })],
  ])('%s', async (_, bytes) => {
    const before = world.told('proxy-protocol/refused')
    expect(await endOf({ port: strict }, bytes)).toMatch(/^(end|reset)$/)
    await until('it is told', () => world.told('proxy-protocol/refused') === before + 1)
  })

  it('a stranger where a header is required, whatever it sends', async () => {
    for (const bytes of ['', REQUEST, V1, block()]) {
      const began = performance.now()
      expect(await endOf({ port: strict, from: STRANGER }, bytes)).toMatch(/^(end|reset)$/)
      expect(performance.now() - began).toBeLessThan(900)
    }
    await until('it is told', () =>
      world.events.some(({ peer, why }) => peer === STRANGER && why === 'not a trusted proxy'),
    )
  })

  it.each([
    ['nothing', ''],
    ['a part of a header', 'PROXY TCP4 192.'],
    ['the signature of version 2', block().subarray(0, 12)],
  ])('%s, after header_timeout', async (_, bytes) => {
    for (const port of [strict, easy]) {
      const began = performance.now()
      expect(await endOf({ port }, bytes)).toMatch(/^(end|reset)$/)
      const took = performance.now() - began
      expect(took).toBeGreaterThan(990)
      expect(took).toBeLessThan(2500)
    }
  })
})

describe('where a header may be left out', () => {
  it('a trusted proxy without one is itself the peer', async () => {
    const request = 'GET / HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 203.0.113.9\r\n\r\n'
    await using visitor = await sent({ port: easy }, request)
    expect(told(await visitor.answer())).toEqual({
      forwardedFor: '203.0.113.9, 127.0.0.1',
      realIp: '203.0.113.9',
    })
  })

  it('a method that begins like one is a request', async () => {
    for (const method of ['P', 'PUT', 'PROXYFIND'])
      expect((await ask('/', { port: easy, method, body: '' })).status).toBe(200)
  })

  it.each([
    ['version 1', V1],
    ['version 2', block()],
  ])('a stranger may connect, but its header is a bad request: %s', async (_, header) => {
    expect(await toldBehind({ port: easy, from: STRANGER })).toEqual(one(STRANGER))
    await using visitor = await sent({ port: easy, from: STRANGER }, header, REQUEST)
    expect((await visitor.answer()).status).toBe(400)
    expect(await visitor.incoming.gone()).toMatch(/^(end|reset)$/)
  })
})

describe('before TLS', () => {
  /** Puts a header in front of what a connection begins with, in pieces of `size` bytes, and passes on the rest. */
  async function startRelay(
    header: Uint8Array,
    size: number,
  ): Promise<AsyncDisposable & { readonly port: number }> {
    const port = await freePort()
    const sockets = new Set<Socket>()
    const relay = createServer(near => {
      const far = connect({ port: secure, host: '127.0.0.1', noDelay: true })
      for (const socket of [near, far]) sockets.add(socket.on('error', () => undefined))
      near.once('data', async first => {
        near.pause()
        const start = Buffer.concat([header, first])
        for (let at = 0; at < start.length; at += size) {
          far.write(start.subarray(at, at + size))
          if (size < start.length) await pause(1)
        }
        near.pipe(far).pipe(near)
      })
    })
    relay.listen(port, '127.0.0.1')
    await once(relay, 'listening')
    return {
      port,
      async [Symbol.asyncDispose]() {
        for (const socket of sockets) socket.destroy()
        await new Promise(resolve => relay.close(resolve))
      },
    }
  }

  it.each([
    ['version 1, with the first bytes of TLS', V1, 1 << 16],
    ['version 2, with the first bytes of TLS', block(), 1 << 16],
    ['version 1, seven bytes at a time', V1, 7],
    ['version 2, seven bytes at a time', checked(), 7],
  ])('it names the visitor: %s', async (_, header, size) => {
    await using relay = await startRelay(header, size)
    await using visitor = await shakeHands(relay.port)
    await visitor.send(REQUEST)
    expect(told(await visitor.answer())).toEqual(one('192.0.2.7'))
  })

  it('a header of its own packet names the visitor', async () => {
    const raw = await sent({ port: secure }, V1)
    await pause(50)
    await using visitor = await shakeHands(secure, { socket: raw.socket })
    await visitor.send(REQUEST)
    expect(told(await visitor.answer())).toEqual(one('192.0.2.7'))
  })

  it('a handshake without a header is closed', async () => {
    await expect(shakeHands(secure)).rejects.toThrow()
    await until('it is told', () =>
      world.events.some(({ listener, why }) => listener === 'secure' && why === 'no header'),
    )
  })

  it('a handshake that stalls behind its header is closed on time', async () => {
    const began = performance.now()
    expect(await endOf({ port: secure }, V1, Uint8Array.of(0x16, 3, 1))).toMatch(/^(end|reset)$/)
    expect(performance.now() - began).toBeLessThan(3500)
  })
})

it('a visitor that was gone before it was looked at, and so has no address, is nobody on a unix socket', async () => {
  process.kill(world.pid, 'SIGSTOP')
  const visitor = await visit({ port: off, from: STRANGER })
  await visitor.send('GET /gone HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: 203.0.113.9\r\n\r\n')
  visitor.reset()
  await once(visitor.socket, 'close')
  process.kill(world.pid, 'SIGCONT')
  expect((await ask('/later', { port: off })).status).toBe(200)
  expect(origin.at('/gone')).toEqual([])
})

it('connections that owe a header count for max_connections, and free their places when it is too late', async () => {
  const idle = await Promise.all(Array.from({ length: 8 }, () => visit({ port: strict })))
  await using ninth = await sent({ port: strict }, V1, REQUEST)
  expect(await ninth.incoming.gone()).toMatch(/^(end|reset)$/)
  for (const visitor of idle) expect(await visitor.incoming.gone()).toMatch(/^(end|reset)$/)
  await until('there is room again', () =>
    toldBehind({ port: strict }, V1).then(
      seen => seen.realIp === '192.0.2.7',
      () => false,
    ),
  )
})
