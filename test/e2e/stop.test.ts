// The end: what is in flight finishes, what is idle goes, nothing new comes in, and a second signal means now.
import { describe, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import { fieldValues } from '../support/incoming.ts'
import { startStage } from '../support/stage.ts'
import { pause, until } from '../support/until.ts'
import { startWsOrigin } from '../support/ws-origin.ts'

const drain = (time: string): { top: string } => ({ top: `server: { drain_timeout: ${time} }` })

describe('stop', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'after %s everything in flight finishes, then exit 0',
    async name => {
      await using stage = await startStage(drain('20s'))
      stage.origin.on('/slow', async turn => {
        await turn.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello')
        await pause(1500)
        await turn.write('world')
      })
      stage.origin.on('/thinks', async turn => {
        await pause(1000)
        await turn.answer(200, [], 'thought')
      })
      const idle = await Promise.all(
        Array.from({ length: 10 }, async () => {
          const visitor = await stage.visit()
          await visitor.send('GET / HTTP/1.1\r\nHost: a\r\n\r\n')
          await visitor.answer()
          return visitor
        }),
      )
      const asked = ['/slow', '/thinks'].flatMap(path =>
        Array.from({ length: 10 }, async () => {
          const visitor = await stage.visit()
          await visitor.send(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`)
          return visitor
        }),
      )
      const slow = await Promise.all(asked)
      const uploads = await Promise.all(
        Array.from({ length: 10 }, async () => {
          const visitor = await stage.visit()
          await visitor.send('PUT /up HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\nhello')
          return visitor
        }),
      )
      await until('all are at the origin', () => stage.origin.busy === 30)
      const begun = performance.now()
      stage.world.signal(name)
      await until('nothing new is accepted', () =>
        stage.visit().then(
          visitor => void visitor.socket.destroy(),
          error => error.code === 'ECONNREFUSED',
        ),
      )
      await Promise.all(idle.map(visitor => visitor.incoming.gone()))
      expect(performance.now() - begun).toBeLessThan(2000)
      for (const visitor of uploads) await visitor.send('world')
      for (const visitor of uploads) {
        const reply = await visitor.answer()
        expect(JSON.parse(reply.body.toString()).length).toBe(10)
        expect(fieldValues(reply.fields, 'connection')).toContain('close')
        expect(await visitor.incoming.gone()).toBe('end')
      }
      for (const visitor of slow) {
        expect((await visitor.answer()).body.toString()).toMatch(/^(helloworld|thought)$/)
        expect(await visitor.incoming.gone()).toBe('end')
      }
      expect(await stage.world.ended).toEqual({ code: 0, signal: null })
      expect(performance.now() - begun).toBeLessThan(4000)
      expect(stage.world.events.map(line => line.event)).toEqual(
        expect.arrayContaining(['server/started', 'server/draining', 'server/stopped']),
      )
    },
  )

  it('without work it ends at once', async () => {
    await using stage = await startStage(drain('20s'))
    const begun = performance.now()
    expect(await stage.world.stop()).toEqual({ code: 0, signal: null })
    expect(performance.now() - begun).toBeLessThan(1000)
  })

  it('what does not finish is cut after drain_timeout, and the exit is still 0', async () => {
    await using sockets = await startWsOrigin()
    await using stage = await startStage({
      ...drain('1s'),
      routes: `ws:\n  listener: web\n  match: { path: /ws }\n  forward: { targets: [{ url: "http://127.0.0.1:${sockets.port}" }] }`,
    })
    stage.origin.on('/never', () => pause(6_000))
    const socket = new WebSocket(`ws://127.0.0.1:${stage.port}/ws`)
    const closed = new Promise(resolve => socket.once('close', resolve))
    await new Promise(resolve => socket.once('open', resolve))
    await using visitor = await stage.visit()
    await visitor.send('GET /never HTTP/1.1\r\nHost: a\r\n\r\n')
    await until('it is at the origin', () => stage.origin.busy === 1)
    const begun = performance.now()
    stage.world.signal('SIGTERM')
    await pause(500)
    expect(socket.readyState).toBe(WebSocket.OPEN)
    expect(await stage.world.ended).toEqual({ code: 0, signal: null })
    const took = performance.now() - begun
    expect(took).toBeGreaterThan(900)
    expect(took).toBeLessThan(3000)
    await closed
    await visitor.incoming.gone()
  })

  it('a second signal ends at once', async () => {
    await using stage = await startStage(drain('20s'))
    stage.origin.on('/never', () => pause(6_000))
    await using visitor = await stage.visit()
    await visitor.send('GET /never HTTP/1.1\r\nHost: a\r\n\r\n')
    await until('it is at the origin', () => stage.origin.busy === 1)
    stage.world.signal('SIGTERM')
    await stage.world.event('server/draining')
    await pause(200)
    const begun = performance.now()
    stage.world.signal('SIGTERM')
    const ended = await stage.world.ended
    expect(performance.now() - begun).toBeLessThan(1000)
    expect(ended).not.toEqual({ code: 0, signal: null })
  })
})
