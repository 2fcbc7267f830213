// Addresses: unix sockets on both sides, listeners that come, go and move while others serve.
import { existsSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fieldValue } from '../support/incoming.ts'
import { startOrigin } from '../support/origin.ts'
import { freePort } from '../support/ports.ts'
import { ask, visit } from '../support/raw.ts'
import { plainConfig, startStage } from '../support/stage.ts'
import { pause, until } from '../support/until.ts'
import { startWorld } from '../support/world.ts'

const answers = (port: number, address = '127.0.0.1'): Promise<boolean> =>
  ask('/', { port, address }).then(
    reply => reply.status === 200,
    () => false,
  )

describe('sockets', () => {
  it('a unix listener serves with its mode, and its file goes with it', async () => {
    const port = await freePort()
    await using origin = await startOrigin()
    const config = plainConfig(port, `http://127.0.0.1:${origin.port}`)
    const unix = (dir: string): string =>
      config
        .replace(
          'listeners:',
          `listeners:\n  local: { protocol: http, bind: "unix:${dir}/web.sock", mode: "0660" }`,
        )
        .replace('listener: web', 'listener: [web, local]')
    await using world = await startWorld({ config, ready: [port] })
    world.rewrite(unix(world.dir))
    const path = join(world.dir, 'web.sock')
    await until('the socket is there', () => existsSync(path))
    expect(statSync(path).mode & 0o777).toBe(0o660)
    const reply = await ask('/over-unix', { path })
    const seen = JSON.parse(reply.body.toString())
    expect(seen.target).toBe('/over-unix')
    expect(fieldValue(seen.fields, 'x-forwarded-proto')).toBe('http')
    world.rewrite(config)
    await until('the socket is gone', () => !existsSync(path))
  })

  it('a stale unix socket file is replaced at the start', async () => {
    const port = await freePort()
    await using origin = await startOrigin()
    await using first = await startWorld({
      config: plainConfig(port, `http://127.0.0.1:${origin.port}`),
      ready: [port],
    })
    const path = join(first.dir, 'stale.sock')
    const config = `version: 1
listeners: { local: { protocol: http, bind: "unix:${path}" } }
routes: { all: { listener: local, default: true, forward: { targets: [{ static: { body: here } }] } } }
`
    const second = await startWorld({ config, ready: [path] })
    second.signal('SIGKILL')
    await second.ended
    expect(existsSync(path)).toBe(true)
    await using third = await startWorld({ config, ready: [path] })
    expect((await ask('/', { path })).body.toString()).toBe('here')
    await third.stop()
    expect(existsSync(path)).toBe(false)
  })

  it('a unix origin is reached, and its Host is localhost', async () => {
    const port = await freePort()
    const path = join('/tmp', `origin-${process.pid}-${port}.sock`)
    await using origin = await startOrigin(path)
    await using world = await startWorld({ config: plainConfig(port, `unix:${path}`), ready: [port] })
    const seen = JSON.parse((await ask('/u', { port })).body.toString())
    expect(fieldValue(seen.fields, 'host')).toBe('localhost')
    expect(origin.requests).toHaveLength(1)
    expect(world.pid).toBeGreaterThan(0)
  })

  it('listeners come, move and go while another serves without a pause', async () => {
    await using stage = await startStage()
    const [second, third] = [await freePort(), await freePort()]
    const withSecond = (port: number): string =>
      stage
        .config()
        .replace('listeners:', `listeners:\n  second: { protocol: http, bind: 127.0.0.1, port: ${port} }`)
        .replace('listener: web', 'listener: [web, second]')
    await using steady = await stage.visit()
    let served = 0
    let isOver = false
    const traffic = (async () => {
      while (!isOver) {
        await steady.send('GET /steady HTTP/1.1\r\nHost: a\r\n\r\n')
        expect((await steady.answer()).status).toBe(200)
        served++
        await pause(1)
      }
    })()
    expect(await answers(second)).toBe(false)
    stage.world.rewrite(withSecond(second))
    await until('the second listener serves', () => answers(second))
    await using kept = await visit({ port: second })
    await kept.send('GET /kept HTTP/1.1\r\nHost: a\r\n\r\n')
    await kept.answer()
    stage.world.rewrite(withSecond(third))
    await until('it moved', async () => (await answers(third)) && !(await answers(second)))
    expect(await kept.incoming.gone()).toBe('end')
    stage.world.rewrite(stage.config())
    await until('it is gone', async () => !(await answers(third)))
    isOver = true
    await traffic
    expect(served).toBeGreaterThan(20)
  })

  it('a listener that moves from one address to all of them on its port keeps serving', async () => {
    await using stage = await startStage()
    await using kept = await stage.visit()
    const others = (): Promise<boolean> => answers(stage.port, '127.0.0.3')
    const keptServes = async (): Promise<void> => {
      await kept.send('GET /kept HTTP/1.1\r\nHost: a\r\n\r\n')
      expect((await kept.answer()).status).toBe(200)
    }
    expect(await others()).toBe(false)
    stage.world.rewrite(stage.config().replace('bind: 127.0.0.1', 'bind: ""'))
    // Whoever connects in the very instant in which one socket takes the other's place may be refused, and nobody else.
    await until('it serves on another address', others)
    expect((await stage.ask('/')).status).toBe(200)
    await keptServes()
    stage.world.rewrite(stage.config())
    await until('and back', async () => !(await others()))
    await until('it serves on the first', () => answers(stage.port))
    expect((await stage.ask('/')).status).toBe(200)
  })

  it('an address that is taken refuses the reload, and what ran goes on', async () => {
    await using stage = await startStage()
    stage.world.rewrite(
      stage
        .config()
        .replace(
          'listeners:',
          `listeners:\n  taken: { protocol: http, bind: 127.0.0.1, port: ${stage.origin.port} }`,
        )
        .replace('listener: web', 'listener: [web, taken]'),
    )
    expect(JSON.stringify(await stage.world.event('config/rejected'))).toContain('EADDRINUSE')
    expect((await stage.ask('/')).status).toBe(200)
  })
})
