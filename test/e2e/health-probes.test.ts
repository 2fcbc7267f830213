// Probes on real sockets: what is asked, which answers are good, and what an origin that doesn't answer costs.
import { createServer, type Server } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openAuthority } from '../support/certificates.ts'
import {
  type H2Origin,
  type HttpsOrigin,
  startH2Origin,
  startHttpsOrigin,
} from '../support/h2/node-origin.ts'
import { fieldValues } from '../support/incoming.ts'
import { hold } from '../support/origin.ts'
import { freePort } from '../support/ports.ts'
import { type Stage, startStage } from '../support/stage.ts'
import { pause, until } from '../support/until.ts'
import type { LogLine } from '../support/world.ts'

const QUICK = 'enabled: true, interval: 1s, timeout: 500ms, healthy_threshold: 1, unhealthy_threshold: 1'

describe('probes', () => {
  let stage: Stage
  let secure: HttpsOrigin
  let h2c: H2Origin
  let h2: H2Origin
  let mute: Server
  let muteSockets = 0
  const open = { now: 0, most: 0 }
  beforeAll(async () => {
    const authority = openAuthority('Test Authority')
    secure = await startHttpsOrigin(authority.sign({ hosts: ['localhost'] }))
    h2c = await startH2Origin(undefined)
    h2 = await startH2Origin(authority.sign({ hosts: ['localhost'] }))
    mute = createServer(socket => {
      muteSockets++
      open.most = Math.max(open.most, ++open.now)
      socket
        .on('close', () => open.now--)
        .on('error', () => undefined)
        .resume()
    })
    await new Promise<void>(resolve => mute.listen(0, '127.0.0.1', resolve))
    const silent = (mute.address() as { port: number }).port
    const closed = await freePort()
    stage = await startStage(
      originPort => {
        const target = (
          id: string,
          check: string,
          more = '',
          url = `http://127.0.0.1:${originPort}`,
        ): string => `    - { id: ${id}, url: "${url}", health_check: { ${check} }${more} }\n`
        return {
          top: `upstreams:
  probed:
    health_check: { ${QUICK} }
    targets:
${[
  target('plain', 'path: "/plain?full=1"'),
  target('head', 'path: /head, method: HEAD'),
  target(
    'dressed',
    'path: /dressed, headers: { Host: probe.test, X-Probe: [a, b] }',
    ', request_headers: { set: { X-Tenant: t } }, basic_auth: { username: u, password: p }',
  ),
  target('moved', 'path: /moved'),
  target('strict', 'path: /moved, expected_status: [200, 204]'),
  target('empty', 'path: /empty, expected_status: 204'),
  target('failing', 'path: /failing'),
  target('garbage', 'path: /garbage'),
  target('hanging', 'path: /hanging'),
  target('dribbling', 'path: /dribbling'),
  target('stuck', 'path: /stuck'),
  target('cut', 'path: /cut'),
  target('endless', 'path: /endless'),
  target('switching', 'path: /switching'),
  target('interim', 'path: /interim'),
  target('refusing', '', '', `http://127.0.0.1:${closed}`),
  target('mute', '', '', `http://127.0.0.1:${silent}`),
  target('mute-h2c', '', ', peer: { alpn: h2c }', `http://127.0.0.1:${silent}`),
  target('secure', 'path: /secure', ', peer: { ca: ca.pem }', `https://localhost:${secure.port}`),
  target('untrusted', 'path: /secure', '', `https://localhost:${secure.port}`),
  target('h2c', 'path: /h2c', ', peer: { alpn: h2c }', `http://127.0.0.1:${h2c.port}`),
  target('h2', 'path: /h2', ', peer: { alpn: h2, ca: ca.pem }', `https://localhost:${h2.port}`),
  target('h2h1', 'path: /h2h1', ', peer: { alpn: h2h1, ca: ca.pem }', `https://localhost:${secure.port}`),
].join('')}`,
        }
      },
      { files: { 'ca.pem': authority.cert } },
    )
    const { origin } = stage
    origin.on('/moved', turn => turn.answer(302, [['Location', '/failing']]))
    origin.on('/empty', turn => turn.answer(204))
    origin.on('/failing', turn => turn.answer(500, [], 'no'))
    origin.on('/garbage', turn => turn.write('SSH-2.0-OpenSSH_9.2\r\n\r\n'))
    origin.on('/hanging', hold)
    origin.on('/dribbling', async turn => {
      for (const byte of 'HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n') {
        await turn.write(byte)
        await pause(100)
      }
    })
    origin.on('/stuck', async turn => {
      await turn.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello')
      await hold(turn)
    })
    origin.on('/cut', async turn => {
      await turn.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello')
      turn.socket.end()
    })
    origin.on('/endless', async turn => {
      await turn.write('HTTP/1.1 200 OK\r\n\r\n')
      for (;;) await turn.write('x'.repeat(16_384))
    })
    origin.on('/switching', turn =>
      turn.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'),
    )
    origin.on('/interim', async turn => {
      await turn.write('HTTP/1.1 103 Early Hints\r\n\r\n')
      await turn.answer(200)
    })
  })
  afterAll(async () => {
    await stage[Symbol.asyncDispose]()
    for (const one of [secure, h2c, h2]) await one[Symbol.asyncDispose]()
    await new Promise(resolve => mute.close(resolve))
  })

  const told = (target: string): Promise<LogLine> =>
    until(`${target} is told of`, () =>
      stage.world.events.find(line => line.event?.startsWith('target/') && line['target'] === target),
    )

  it.each([
    'plain',
    'head',
    'dressed',
    'moved',
    'empty',
    'endless',
    'interim',
    'secure',
    'h2c',
    'h2',
    'h2h1',
  ])('%s is healthy', async target => {
    expect(await told(target)).toMatchObject({ event: 'target/healthy', level: 'info', pool: 'probed' })
  })

  it.each([
    ['strict', 'answered 302'],
    ['failing', 'answered 500'],
    ['garbage', /^http_protocol_error/],
    ['hanging', 'no whole answer within 500ms'],
    ['dribbling', 'no whole answer within 500ms'],
    ['stuck', 'no whole answer within 500ms'],
    ['cut', /^connection_terminated/],
    ['switching', /^answered 101/],
    ['refusing', 'connection_refused: ECONNREFUSED'],
    ['mute', 'no whole answer within 500ms'],
    ['mute-h2c', 'no whole answer within 500ms'],
    ['untrusted', /^tls_certificate_error/],
  ])('%s is unhealthy: %s', async (target, reason) => {
    const event = await told(target)
    expect(event).toMatchObject({ event: 'target/unhealthy', level: 'warn', pool: 'probed' })
    expect(event['reason']).toEqual(typeof reason === 'string' ? reason : expect.stringMatching(reason))
    expect(Date.parse(String(event['since']))).toBeGreaterThan(Date.now() - 120_000)
  })

  it('asks for path and query, with the headers of the target and its own, and closes', async () => {
    await told('dressed')
    const [request] = stage.origin.at('/dressed')
    expect(request?.method).toBe('GET')
    const values = (name: string) => fieldValues(request?.fields ?? [], name)
    expect(values('host')).toEqual(['probe.test'])
    expect(values('x-probe')).toEqual(['a', 'b'])
    expect(values('x-tenant')).toEqual(['t'])
    expect(values('authorization')).toEqual([`Basic ${btoa('u:p')}`])
    expect(values('user-agent')).toEqual(['p2pstream (health check)'])
    expect(values('connection')).toEqual(['close'])
    expect(request?.fields).toHaveLength(7)
    expect(stage.origin.at('/plain')[0]?.target).toBe('/plain?full=1')
    expect(stage.origin.at('/head')[0]?.method).toBe('HEAD')
  })

  it('comes on a connection of its own every time, which is closed', async () => {
    const probes = await until('several probes', () => {
      const seen = stage.origin.at('/plain')
      return seen.length >= 3 && seen
    })
    const connections = probes.slice(0, 3).map(probe => probe.connection)
    expect(new Set(connections).size).toBe(3)
    await until('they are closed', () => connections.every(one => !stage.origin.isOpen(one)))
  })

  it('an origin that hangs costs one socket for each target', async () => {
    await until('it was tried again and again', () => muteSockets >= 6)
    expect(open.most).toBeLessThanOrEqual(2)
  })

  it('no probe is in the access log', () => {
    expect(stage.world.access.filter(line => line['p2pstream.pool'] === 'probed')).toEqual([])
  })
})
