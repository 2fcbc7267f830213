// Thousands of muddled HTTP/2 conversations, from visitors and from origins, against the real program: it lives, nothing of ours
// goes wrong, nothing is left behind, and everybody else is served.
import { describe, expect, it } from 'vitest'
import { startH2Origin } from '../support/h2/origin.ts'
import { connectH2 } from '../support/h2/peer.ts'
import { hold, startOrigin } from '../support/origin.ts'
import { freePort } from '../support/ports.ts'
import { ask, visit } from '../support/raw.ts'
import { pause, until } from '../support/until.ts'
import { startWorld, type World } from '../support/world.ts'
import { muddle } from './h2/muddle.ts'
import { probe } from './h2/play.ts'

const SEEDS = process.env['P2PSTREAM_PROVE'] === 'full' ? 20_000 : 800
/** A small nursery: what Node's native half forgets shows at the next collection. */
const NODE = ['--max-semi-space-size=1']
/** At once; they don't share a connection. */
const ABREAST = 8

const config = (port: number, target: string): string => `version: 1
server: { limits: { header_timeout: 2s, body_idle_timeout: 2s } }
logging: { access: { enabled: false } }
listeners:
  web: { protocol: http, bind: 127.0.0.1, port: ${port} }
routes:
  all:
    listener: web
    default: true
    forward: { targets: [${target}] }
`

/** Runs each seed once, some of them at the same time; stops when the program is gone, whose log then says why. */
async function eachSeed(world: World, run: (seed: number) => Promise<void>): Promise<void> {
  let next = 1
  let isGone = false
  world.ended.then(() => {
    isGone = true
  })
  const runner = async (): Promise<void> => {
    while (next <= SEEDS && !isGone) {
      const seed = next++
      await run(seed).catch(error => {
        if (!isGone && error?.code !== 'ECONNREFUSED') throw error
      })
    }
  }
  await Promise.all(Array.from({ length: ABREAST }, runner))
}

describe('muddled HTTP/2', () => {
  it('of visitors', async () => {
    const port = await freePort()
    await using origin = await startOrigin()
    origin.on('/slow', hold)
    const target = `{ url: "http://127.0.0.1:${origin.port}", preserve_host: true }`
    await using world = await startWorld({ config: config(port, target), ready: [port], node: NODE })
    await eachSeed(world, async seed => {
      await using peer = await connectH2({ port, settings: {} })
      const { pieces, ends } = muddle(seed)
      for (const piece of pieces) await peer.send(piece)
      if (ends === 'end') peer.socket.end()
      if (ends === 'reset') peer.socket.resetAndDestroy()
      await pause(5)
      if (seed % 50 === 0) expect(await probe(port, false), `probe behind seed ${seed}`).toBe('200')
    })
    expect(world.events.filter(({ text }) => text !== undefined)).toEqual([])
    await until('the origin is done with all', () => origin.busy === 0, 20_000)
    expect(world.told('internal/error')).toBe(0)
    expect(await probe(port, false)).toBe('200')
  })

  it('of origins', async () => {
    const port = await freePort()
    await using origin = await startH2Origin()
    const target = `{ url: "http://127.0.0.1:${origin.port}", response_header_timeout: 2s, peer: { alpn: h2c, read_timeout: 2s } }`
    await using world = await startWorld({ config: config(port, target), ready: [port], node: NODE })
    for (let seed = 1; seed <= SEEDS; seed++)
      origin.on(`/${seed}`, ({ stream, send }) => {
        for (const piece of muddle(seed, stream).pieces) send(piece)
      })
    await eachSeed(world, async seed => {
      await using visitor = await visit({ port })
      await visitor.send(`GET /${seed} HTTP/1.1\r\nHost: a.test\r\n\r\n`)
      await Promise.race([visitor.answer().catch(() => undefined), pause(100)])
    })
    expect(world.events.filter(({ text }) => text !== undefined)).toEqual([])
    // Not before: a connection is shared, and whoever is on it falls with it.
    await until('the origin is reached again', async () => (await ask('/', { port })).status === 200)
    await until('no more than a few connections are left', () => origin.open <= 4, 20_000)
    expect(world.told('internal/error')).toBe(0)
  })
})
