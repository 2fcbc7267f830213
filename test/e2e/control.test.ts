// What a running server tells its operator over the socket in its state folder, and the commands that ask.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, statSync } from 'node:fs'
import { connect } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import { askDoor, command, socketOf } from '../support/door.ts'
import { startOrigin } from '../support/origin.ts'
import { freePort } from '../support/ports.ts'
import { visit } from '../support/raw.ts'
import { until } from '../support/until.ts'
import { LAUNCHER, startWorld, type World } from '../support/world.ts'

const config = (port: number, body = 'one', more = ''): string => `version: 1
server: { drain_timeout: 20s, reload: { debounce: 20ms, poll: 0 } }
listeners: { web: { protocol: http, bind: 127.0.0.1, port: ${port} } }
routes:
  rest: { listener: web, default: true, forward: { targets: [{ static: { body: ${body} } }] } }
${more}`

interface Started {
  readonly world: World
  readonly port: number
  readonly socket: string
}

async function start(text: (port: number) => string = config): Promise<Started> {
  const port = await freePort()
  const world = await startWorld({ config: text(port), ready: [port] })
  onTestFinished(() => world[Symbol.asyncDispose]())
  await world.event('server/started')
  return { world, port, socket: socketOf(world) }
}

describe('the control socket', () => {
  it('is for its owner alone, says that the server is well, and goes with it', async () => {
    const { world, socket } = await start()
    expect(statSync(socket).mode & 0o777).toBe(0o600)
    expect((await askDoor(socket, '/-/healthy')).status).toBe(200)
    expect((await askDoor(socket, '/-/ready')).json()).toEqual({ ready: true })
    expect(await world.stop()).toMatchObject({ code: 0 })
    expect(existsSync(socket)).toBe(false)
  })

  it('takes the place of one that a killed server left', async () => {
    const { world, socket } = await start()
    world.signal('SIGKILL')
    await world.ended
    expect(existsSync(socket)).toBe(true)
    const child = spawn(process.execPath, [LAUNCHER, 'run', '-c', world.file], {
      cwd: world.dir,
      env: { ...process.env, STATE_DIRECTORY: `${world.dir}/state` },
      stdio: 'ignore',
    })
    onTestFinished(async () => {
      child.kill('SIGKILL')
      if (child.exitCode === null && child.signalCode === null) await once(child, 'close')
    })
    await until('it answers', () =>
      askDoor(socket, '/-/ready').then(
        ({ status }) => status === 200,
        () => false,
      ),
    )
  })

  it('of a server that lives is left alone', async () => {
    const { world, socket } = await start()
    const rival = await command(world, ['run', '-c', 'p2pstream.yaml'])
    expect(rival.code).toBe(78)
    expect(rival.err).toContain('management/no-socket')
    expect(rival.err).toContain('another server runs the same file')
    expect((await askDoor(socket, '/-/ready')).status).toBe(200)
  })

  it('moves with state.dir, and the commands find it', async () => {
    const { world, port, socket } = await start()
    world.rewrite(config(port, 'one', 'state: { dir: elsewhere }'))
    await until('the old one is gone', () => !existsSync(socket))
    expect(await command(world, ['healthcheck', '--ready'])).toEqual({ code: 0, out: '', err: '' })
  })

  it('cuts who never says what it wants', async () => {
    const { socket } = await start()
    const silent = connect(socket)
    await once(silent, 'connect')
    const began = performance.now()
    silent.write('GET /-/healthy HTTP/1.1\r\n')
    await once(silent, 'close')
    expect(performance.now() - began).toBeGreaterThan(9_000)
    expect((await askDoor(socket, '/-/healthy')).status).toBe(200)
  })

  it('refuses a body that is too large, another method, and a path that is not there', async () => {
    const { socket } = await start()
    const large = await askDoor(socket, '/-/reload', { method: 'POST', body: 'x'.repeat(70_000) })
    expect(large.status).toBe(413)
    expect(await askDoor(socket, '/-/reload')).toMatchObject({ status: 405, headers: { allow: 'POST' } })
    expect((await askDoor(socket, '/-/nothing')).json()).toMatchObject({ error: { code: 'not_found' } })
  })
})

describe('readiness', () => {
  it('ends with the signal to stop, while work in flight is finished', async () => {
    const origin = await startOrigin()
    onTestFinished(() => origin[Symbol.asyncDispose]())
    const { promise: mayAnswer, resolve: letAnswer } = Promise.withResolvers<void>()
    origin.on('/slow', async turn => {
      await mayAnswer
      await turn.answer(200, [], 'done')
    })
    const { world, port, socket } = await start(
      free => `version: 1
server: { drain_timeout: 20s }
listeners: { web: { protocol: http, bind: 127.0.0.1, port: ${free} } }
routes: { rest: { listener: web, default: true, forward: { targets: [{ url: "127.0.0.1:${origin.port}" }] } } }
`,
    )
    await using visitor = await visit({ port })
    await visitor.send('GET /slow HTTP/1.1\r\nHost: a\r\n\r\n')
    await until('the origin has it', () => origin.at('/slow').length === 1)
    world.signal('SIGTERM')
    await world.event('server/draining')
    expect((await askDoor(socket, '/-/ready')).status).toBe(503)
    expect((await askDoor(socket, '/-/healthy')).status).toBe(200)
    expect((await askDoor(socket, '/-/reload', { method: 'POST' })).status).toBe(409)
    expect((await command(world, ['healthcheck', '--ready'])).code).toBe(1)
    letAnswer()
    expect((await visitor.answer()).body.toString()).toBe('done')
    expect(await world.ended).toMatchObject({ code: 0 })
  })
})

describe('a reload that is asked for', () => {
  it('answers 200 once the file is live, and 200 again when it means the same', async () => {
    const { world, port, socket } = await start()
    world.rewrite(config(port, 'two'))
    const first = await askDoor(socket, '/-/reload', { method: 'POST' })
    expect(first.status).toBe(200)
    expect(first.json()).toMatchObject({ generation: 2, findings: [] })
    expect((await askDoor(socket, '/-/reload', { method: 'POST' })).json()).toMatchObject({
      result: 'unchanged',
      generation: 2,
    })
  })

  it('answers 422 with every finding and its place, and what ran goes on', async () => {
    const { world, port, socket } = await start()
    world.rewrite(config(port).replace('listener: web', 'listener: wbe'))
    const refused = await askDoor(socket, '/-/reload', { method: 'POST' })
    expect(refused.status).toBe(422)
    expect(refused.json()).toMatchObject({
      result: 'rejected',
      generation: 1,
      findings: [{ code: 'name/unknown-listener', line: 5, column: 21, pointer: '/routes/rest/listener' }],
    })
    const told = (await askDoor(socket, '/-/config')).json()
    expect(told).toMatchObject({ generation: 1, last: { result: 'rejected' } })
    expect(told['source']).not.toBe(told['applied_source'])
  })

  it('answers 409 while another one is under way', async () => {
    const { socket } = await start()
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => askDoor(socket, '/-/reload', { method: 'POST' })),
    )
    const statuses = answers.map(({ status }) => status).sort()
    expect(statuses[0]).toBe(200)
    expect(statuses.at(-1)).toBe(409)
  })
})

describe('commands', () => {
  it('status tells what runs, and what is wrong with the file', async () => {
    const { world, port } = await start(
      free =>
        `${config(free)}  api: { listener: web, match: { path: /api }, forward: { targets: [{ url: "https://origin.test", tls_skip_verify: true }] } }
`,
    )
    const { code, out } = await command(world, ['status'])
    expect(code).toBe(0)
    expect(out).toContain(`web  127.0.0.1:${port}`)
    expect(out).toMatch(
      /the origin's certificate is not verified +\/routes\/api\/forward\/targets\/0\/tls_skip_verify/,
    )
    world.rewrite('version: 1\nlisteners: [')
    await world.event('config/rejected')
    const broken = await command(world, ['status', '--format', 'json'])
    expect(JSON.parse(broken.out)).toMatchObject({ ready: true, config: { last: 'rejected', generation: 1 } })
  })

  it('reload --wait shows the findings as validate does, and ends with 1', async () => {
    const { world, port } = await start()
    world.rewrite(config(port, 'two'))
    expect(await command(world, ['reload', '--wait'])).toMatchObject({ code: 0, err: '' })
    world.rewrite(config(port).replace('default: true', 'defautl: true'))
    const { code, out } = await command(world, ['reload', '--wait'])
    expect(code).toBe(1)
    expect(out).toContain('p2pstream.yaml:5:26 error shape/unknown-key')
    expect(out).toMatch(/\^{7}\n/)
    expect(await command(world, ['reload'])).toMatchObject({ code: 0, out: 'the server reads its file\n' })
  })

  it('end with 69 where nobody answers, 66 without a file, 64 for a server that is none', async () => {
    const { world } = await start()
    await world.stop()
    expect(await command(world, ['status'])).toMatchObject({ code: 69, out: '' })
    expect(await command(world, ['reload', '--server', 'unix:/nowhere.sock'])).toMatchObject({ code: 69 })
    expect(await command(world, ['status', '-c', 'missing.yaml'])).toMatchObject({ code: 66 })
    expect(await command(world, ['status', '--server', 'nowhere'])).toMatchObject({ code: 64 })
    expect(await command(world, ['healthcheck'])).toMatchObject({ code: 1 })
  })
})
