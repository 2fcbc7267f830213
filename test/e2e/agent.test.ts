// Tunnels end to end: the server's end in this process, agents as real ones, origins behind them.
import { createHash, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer as createHttpServer, request as httpRequest } from 'node:http'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Failure } from '../../src/base/failure.ts'
import { tokenHash } from '../../src/base/token.ts'
import type { MuxStream } from '../../src/tunnel/mux/stream.ts'
import { openAuthority } from '../support/certificates.ts'
import { fate } from '../support/mux/peer.ts'
import { freePort } from '../support/ports.ts'
import { agentTerms, startAgentProcess, startTunnelServer, TOKEN } from '../support/tunnel/server.ts'
import { pause, until } from '../support/until.ts'

function streamOf(result: MuxStream | Failure): MuxStream {
  if ('code' in result && 'side' in result) throw new Error(`${result.code}: ${result.detail}`)
  return result as MuxStream
}

async function codeOf(result: Promise<MuxStream | Failure>): Promise<string> {
  const found = await result
  return 'side' in found ? found.code : 'a stream'
}

async function bytesOf(stream: MuxStream): Promise<Buffer> {
  const pieces: Buffer[] = []
  for await (const piece of stream) pieces.push(piece)
  return Buffer.concat(pieces)
}

let echo: Server
let echoAddress: string
beforeAll(async () => {
  // Says everything again, and ends when the other side has ended: half-close all the way.
  echo = createServer({ allowHalfOpen: true }, socket => {
    socket.on('error', () => undefined)
    socket.pipe(socket)
  }).listen(0, '127.0.0.1')
  await once(echo, 'listening')
  const address = echo.address()
  if (address !== null && typeof address !== 'string') echoAddress = `127.0.0.1:${address.port}`
})
afterAll(() => void echo.close())

describe('an agent with several connections', () => {
  it('has its streams on all of them, and goes on with the others when one is cut', async () => {
    await using server = await startTunnelServer([agentTerms('a1')])
    await using _ = startAgentProcess(server.url, 'a1', { flags: ['--connections', '3'] })
    const lanes = (): number | undefined => server.roster.report('a1')?.lanes
    await until('all are there', () => lanes() === 3)
    const streams = await Promise.all(Array.from({ length: 6 }, () => server.open('a1', echoAddress)))
    expect(server.roster.report('a1')?.streams).toBe(6)
    const one = server.roster.session('a1')
    if (typeof one === 'string') throw new Error(one)
    one.close()
    await until('it is back', () => server.roster.report('a1')?.connects === 4 && lanes() === 3)
    const left = streams.map(streamOf).filter(stream => !stream.destroyed)
    expect(left).toHaveLength(4)
    for (const stream of left) {
      stream.end('still here')
      expect((await bytesOf(stream)).toString()).toBe('still here')
    }
    expect(server.changes).toEqual(['a1 available'])
  })
})

describe('an agent', () => {
  it('connects, and carries bytes both ways, each direction ended on its own', async () => {
    await using server = await startTunnelServer([agentTerms('a1')])
    await using _ = startAgentProcess(server.url, 'a1')
    await until('the agent is there', () => server.changes.includes('a1 available'))
    const sent = randomBytes(5_000_000)
    const stream = streamOf(await server.open('a1', echoAddress))
    stream.end(sent)
    const digest = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex')
    expect(digest(await bytesOf(stream))).toBe(digest(sent))
    expect(server.roster.report('a1')).toMatchObject({
      state: 'connected',
      connects: 1,
      hindrance: undefined,
      address: '127.0.0.1',
    })
    await until('the stream is gone', () => server.roster.report('a1')?.streams === 0)
  })

  it('serves HTTP through a stream as through a socket, again and again on one', async () => {
    await using server = await startTunnelServer([agentTerms('a1')])
    await using _ = startAgentProcess(server.url, 'a1')
    await until('the agent is there', () => server.changes.includes('a1 available'))
    let connections = 0
    const origin = createHttpServer((request, response) => response.end(`seen ${request.url}`)).listen(
      0,
      '127.0.0.1',
    )
    origin.on('connection', () => connections++)
    await once(origin, 'listening')
    const address = origin.address()
    const port = typeof address === 'object' ? address?.port : 0
    const stream = streamOf(await server.open('a1', `localhost:${port}`))
    for (const path of ['/one', '/two']) {
      const request = httpRequest({
        path,
        createConnection: () => stream as unknown as Socket,
        headers: { Connection: 'keep-alive' },
      })
      request.end()
      const [response] = await once(request, 'response')
      expect(Buffer.concat(await response.toArray()).toString()).toBe(`seen ${path}`)
    }
    expect(connections).toBe(1)
    stream.destroy()
    origin.close()
  })

  it('says what it could not dial, and lives on', async () => {
    await using server = await startTunnelServer([agentTerms('a1')])
    await using agent = startAgentProcess(server.url, 'a1')
    await until('the agent is there', () => server.changes.includes('a1 available'))
    expect(await codeOf(server.open('a1', `127.0.0.1:${await freePort()}`))).toBe('agent_dial_failed')
    expect(await codeOf(server.open('a1', '169.254.169.254:80'))).toBe('agent_dial_forbidden')
    expect(await codeOf(server.open('a1', '[::ffff:169.254.169.254]:80'))).toBe('agent_dial_forbidden')
    expect(await codeOf(server.open('a1', '8.8.8.8:53'))).toBe('agent_dial_forbidden')
    // 127.0.0.1 in another spelling is what it is.
    expect(await codeOf(server.open('a1', '2130706433:1'))).toMatch(/^agent_dial_(failed|forbidden)$/)
    expect(await codeOf(server.open('a1', echoAddress))).toBe('a stream')
    expect(agent.said()).toContain('agent/not-dialed')
  })

  it('dials nothing but what it is told to allow', async () => {
    await using server = await startTunnelServer([agentTerms('a1')])
    await using _ = startAgentProcess(server.url, 'a1', {
      flags: ['--allow-target', 'localhost:1', '--allow-target', '10.0.0.0/8'],
    })
    await until('the agent is there', () => server.changes.includes('a1 available'))
    expect(await codeOf(server.open('a1', echoAddress))).toBe('agent_dial_forbidden')
    expect(await codeOf(server.open('a1', 'localhost:1'))).toBe('agent_dial_failed')
  })

  it('answers broken preambles without losing the session', async () => {
    await using server = await startTunnelServer([agentTerms('a1')])
    await using _ = startAgentProcess(server.url, 'a1')
    await until('the agent is there', () => server.changes.includes('a1 available'))
    const say = async (bytes: Buffer): Promise<string> => {
      const session = server.roster.session('a1')
      const stream = typeof session === 'string' ? undefined : session.open()
      if (stream === undefined) throw new Error('no stream')
      stream.write(bytes)
      return (await bytesOf(stream)).toString('utf8', 4)
    }
    const framed = (json: string): Buffer =>
      Buffer.concat([Buffer.from([0, 0, 0, json.length]), Buffer.from(json)])
    expect(await say(framed('{"version":2,"network":"tcp","address":"a:1"}'))).toContain(
      'unsupported_version',
    )
    expect(await say(framed('{'))).toContain('invalid_open_request')
    expect(await say(Buffer.from([0, 0, 0x40, 1]))).toContain('invalid_open_request')
    expect(await codeOf(server.open('a1', echoAddress))).toBe('a stream')
  })

  it('comes back after the server was gone, and streams of before are cut', async () => {
    await using server = await startTunnelServer([agentTerms('a1')])
    await using agent = startAgentProcess(server.url, 'a1')
    await until('the agent is there', () => server.changes.includes('a1 available'))
    const stream = streamOf(await server.open('a1', echoAddress))
    const closed = fate(stream)
    await server.restart()
    await closed
    expect(server.changes).toEqual(['a1 available', 'a1 gone'].concat(server.changes.slice(2)))
    await until('it is back', () => server.changes.length === 3)
    expect(server.roster.report('a1')).toMatchObject({
      connects: 2,
      disconnects: 1,
      lastReason: 'carrier_closed',
    })
    expect(await codeOf(server.open('a1', echoAddress))).toBe('a stream')
    expect(agent.child.exitCode).toBeNull()
  })

  it('is known to be gone when it stands still, and its streams with it', async () => {
    await using server = await startTunnelServer([agentTerms('a1')])
    await using agent = startAgentProcess(server.url, 'a1')
    await until('the agent is there', () => server.changes.includes('a1 available'))
    const stream = streamOf(await server.open('a1', echoAddress))
    const closed = fate(stream)
    agent.child.kill('SIGSTOP')
    expect(await codeOf(server.open('a1', echoAddress, 500))).toBe('connection_timeout')
    await closed
    expect(server.roster.report('a1')).toMatchObject({ state: 'offline', lastReason: 'ping_timeout' })
    expect(await codeOf(server.open('a1', echoAddress))).toBe('agent_disconnected')
    agent.child.kill('SIGCONT')
    await until('it is back', () => server.changes.length === 3)
  })

  it('leaves at SIGTERM when its streams are over, not before', async () => {
    await using server = await startTunnelServer([agentTerms('a1')])
    await using agent = startAgentProcess(server.url, 'a1')
    await until('the agent is there', () => server.changes.includes('a1 available'))
    const stream = streamOf(await server.open('a1', echoAddress))
    agent.child.kill('SIGTERM')
    await until('the server knows', () => server.changes.includes('a1 gone'))
    expect(server.roster.report('a1')?.state).toBe('draining')
    expect(await codeOf(server.open('a1', echoAddress))).toBe('agent_disconnected')
    const all = bytesOf(stream)
    stream.end('the last words')
    expect((await all).toString()).toBe('the last words')
    expect(await agent.ended).toBe(0)
  })

  it('tries at once at SIGHUP', async () => {
    const port = await freePort()
    await using agent = startAgentProcess(`http://127.0.0.1:${port}`, 'a1', { token: 'wrong' })
    await until('it has tried a few times', () => agent.said().split('agent/not-connected').length > 5)
    const before = agent.said().split('agent/not-connected').length
    agent.child.kill('SIGHUP')
    await until('it has tried again', () => agent.said().split('agent/not-connected').length > before)
  })

  it('trusts whom it is told to, over TLS only', async () => {
    using authority = openAuthority('a private authority')
    const certificate = authority.sign({ hosts: ['localhost'] })
    await using server = await startTunnelServer([agentTerms('a1')], { secure: certificate })
    await using stranger = startAgentProcess(server.url, 'a1')
    await until('it refuses the server', () => stranger.said().includes('unable to verify'))
    expect(server.changes).toEqual([])
    const ca = Buffer.from(authority.cert).toString('base64')
    await using _ = startAgentProcess(server.url.replace('127.0.0.1', 'localhost'), 'a1', {
      env: { MANAGEMENT_CA_PEM_BASE64: ca },
    })
    await until('the agent is there', () => server.changes.includes('a1 available'))
  })

  it.each([
    [['--management-url', 'http://x.test', '--agent-id', 'a'], 'in the clear'],
    [['--management-url', 'ftp://x.test', '--agent-id', 'a'], 'neither https nor http'],
    [['--agent-id', 'a'], '--management-url is missing'],
    [['--management-url', 'https://x.test'], '--agent-id is missing'],
    [['--management-url', 'https://x.test', '--agent-id', 'a', '--allow-target', 'a b'], 'is no host'],
    [['--management-url', 'https://x.test', '--agent-id', 'a', '--tls-cert-file', 'x'], 'belong together'],
  ])('refuses %j', async (flags, words) => {
    const { spawn } = await import('node:child_process')
    const { LAUNCHER } = await import('../support/world.ts')
    const child = spawn(process.execPath, [LAUNCHER, 'agent', ...flags], {
      env: { ...process.env, AGENT_TOKEN: 't' },
    })
    let said = ''
    child.stderr.on('data', text => {
      said += text
    })
    expect(await once(child, 'close')).toEqual([64, null])
    expect(said).toContain(words)
  })
})

describe('the server', () => {
  const ask = (port: number, head: string): Promise<string> =>
    new Promise(resolve => {
      let said = ''
      const socket = connect(
        { port, host: '127.0.0.1' },
        () => void socket.write(head.replaceAll('\n', '\r\n')),
      )
      socket.on('data', text => {
        said += text
        if (said.startsWith('HTTP/1.1 101')) socket.destroy()
      })
      socket.on('close', () => resolve(said))
    })
  const hello = (more = ''): string =>
    `GET /agent/tunnel HTTP/1.1\nHost: x\nAuthorization: Bearer ${TOKEN}\nX-P2PStream-Agent-ID: a1\nConnection: Upgrade\nUpgrade: p2pstream-yamux\nX-P2PStream-Tunnel-Version: 1\n${more}\n`

  it('switches with three fields and no others', async () => {
    await using server = await startTunnelServer([agentTerms('a1')])
    const said = await ask(server.port, hello())
    expect(said.slice(0, said.indexOf('\r\n\r\n') + 4)).toBe(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: p2pstream-yamux\r\nX-P2PStream-Tunnel-Version: 1\r\n\r\n',
    )
  })

  it('refuses in the reference’s order and words', async () => {
    await using server = await startTunnelServer([agentTerms('a1'), agentTerms('off', { enabled: false })])
    const refusal = async (head: string): Promise<string> => {
      const said = await ask(server.port, head.replace('Connection: Upgrade', 'Connection: Upgrade, close'))
      return `${said.slice(9, 12)} ${said.split('\r\n\r\n')[1]?.trim()}`
    }
    expect(await refusal(hello().replace(TOKEN, 'other'))).toBe('401 invalid agent token')
    expect(await refusal(hello().replace('ID: a1', 'ID: nobody'))).toBe('401 invalid agent token')
    expect(await refusal(hello().replace('ID: a1', 'ID: off'))).toBe('401 agent is disabled')
    expect(await refusal(hello().replace('GET', 'PUT'))).toBe('405 method not allowed')
    expect(await refusal(hello().replace('Upgrade: p2pstream-yamux', 'Upgrade: websocket'))).toBe(
      '400 agent tunnel upgrade required',
    )
    expect(await refusal(hello().replace('Version: 1', 'Version: 2'))).toBe('426 unsupported tunnel version')
    expect(await refusal(`${hello()}early`)).toBe('400 nothing may be sent before the 101')
    const plain = hello().replace('Connection: Upgrade\nUpgrade: p2pstream-yamux\n', 'Connection: close\n')
    expect(await ask(server.port, plain)).toMatch(/^HTTP\/1\.1 400 /)
    expect(server.told.some(line => line.startsWith('tunnel/legacy-agent'))).toBe(true)
  })

  it('bars an address that guesses', async () => {
    await using server = await startTunnelServer([agentTerms('a1')])
    const wrong = hello().replace(TOKEN, 'other')
    for (let n = 0; n < 10; n++) expect(await ask(server.port, wrong)).toMatch(/^HTTP\/1\.1 401 /)
    expect(await ask(server.port, wrong)).toMatch(/^HTTP\/1\.1 429 /)
    expect(await ask(server.port, hello())).toMatch(/^HTTP\/1\.1 429 /)
  })

  it('lets a new connection replace the old one at once, whose streams come to their end', async () => {
    await using server = await startTunnelServer([agentTerms('a1')])
    await using old = startAgentProcess(server.url, 'a1')
    await until('the first is there', () => server.roster.report('a1')?.connects === 1)
    const stream = streamOf(await server.open('a1', echoAddress))
    await using _ = startAgentProcess(server.url, 'a1')
    await until('the second is there', () => server.roster.report('a1')?.connects === 2)
    old.child.kill('SIGTERM')
    const next = streamOf(await server.open('a1', echoAddress))
    const all = bytesOf(stream)
    stream.end('still here')
    expect((await all).toString()).toBe('still here')
    expect(await old.ended).toBe(0)
    expect(next.destroyed).toBe(false)
    expect(server.changes).toEqual(['a1 available'])
    expect(server.roster.report('a1')?.lastReason).toBe('replaced')
  })

  it.each([
    ['disabled', agentTerms('a1', { enabled: false }), 'disabled'],
    ['removed', agentTerms('a2'), undefined],
    ['token_changed', agentTerms('a1', { tokenHash: tokenHash('another') }), 'offline'],
  ])('drains an agent that an edit has %s', async (reason, next, state) => {
    await using server = await startTunnelServer([agentTerms('a1')])
    await using _ = startAgentProcess(server.url, 'a1')
    await until('the agent is there', () => server.changes.includes('a1 available'))
    const stream = streamOf(await server.open('a1', echoAddress))
    server.roster.adopt([next])
    expect(server.changes.at(-1)).toBe('a1 gone')
    expect(await codeOf(server.open('a1', echoAddress))).toBe('agent_disconnected')
    const all = bytesOf(stream)
    stream.end('to its end')
    expect((await all).toString()).toBe('to its end')
    await until('the session is over', () => server.told.some(line => line.startsWith('tunnel/disconnected')))
    await pause(50)
    expect(server.roster.report('a1')?.state).toBe(state)
    if (state !== undefined) expect(server.roster.report('a1')?.sessions[0]?.reason).toBe(reason)
  })

  it('cuts what has not come to its end when the time for it is over', async () => {
    await using server = await startTunnelServer([agentTerms('a1')], { drainTimeout: 300 })
    await using _ = startAgentProcess(server.url, 'a1')
    await until('the agent is there', () => server.changes.includes('a1 available'))
    const stream = streamOf(await server.open('a1', echoAddress))
    const closed = fate(stream)
    server.roster.adopt([])
    await closed
  })
})
