// A reload never fails a request: hundreds of edits, good and bad, under every kind of traffic, and nothing lost.
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { heapOf, MEASURED } from '../support/heap.ts'
import { type Origin, startOrigin } from '../support/origin.ts'
import { freePort } from '../support/ports.ts'
import { ask } from '../support/raw.ts'
import { plainConfig } from '../support/stage.ts'
import { answerTraffic, startTraffic, type Tally } from '../support/traffic.ts'
import { pause, until } from '../support/until.ts'
import { startWorld, type World } from '../support/world.ts'
import { startWsOrigin, type WsOrigin } from '../support/ws-origin.ts'

// All of it takes two and a half minutes (`npm run prove`); every run does a twentieth.
const { P2PSTREAM_PROVE } = process.env
const FULL = P2PSTREAM_PROVE === 'full'
const RELOADS = FULL ? 200 : 10
const EVERY_MS = 300
const REWRITES = FULL ? 1000 : 50
const STARTS = FULL ? 40 : 8

const marker = async (port: number): Promise<string> => (await ask('/marker', { port })).body.toString()

describe('reload', () => {
  let origin: Origin
  let sockets: WsOrigin
  let isOver = false
  beforeAll(async () => {
    origin = await startOrigin()
    sockets = await startWsOrigin()
    answerTraffic(origin, () => isOver)
  })
  beforeEach(() => {
    isOver = false
  })
  afterAll(async () => {
    await origin[Symbol.asyncDispose]()
    await sockets[Symbol.asyncDispose]()
  })

  /** Revision `n`: always the same meaning for the traffic, always something else that changed. */
  function revision(port: number, n: number, debounce: string, crowd = 0): string {
    return plainConfig(port, `http://127.0.0.1:${origin.port}`, {
      top: `# revision ${n}\nserver: { drain_timeout: 2s, reload: { debounce: ${debounce} } }\nlogging: { access: { sample: 0% } }`,
      listener: `limits: { keepalive_timeout: ${60 + (n % 7)}s }`,
      routes: `
ws:
  listener: web
  match: { path: /ws }
  forward: { targets: [{ url: "http://127.0.0.1:${sockets.port}" }] }
marker:
  listener: web
  match: { path: /marker }
  forward: { targets: [{ static: { body: "revision ${n}" } }] }
${Array.from({ length: (n % 5) + crowd }, (_, k) => `other-${n}-${k}:\n  listener: web\n  match: { path_prefix: /other/${n}/${k} }\n  forward: { targets: [{ url: "http://127.0.0.1:9" }] }`).join('\n')}`,
    })
  }
  const broken = (text: string, n: number): string =>
    [
      text.replace('default: true', `default: true\n    forwrad-${n}: x`),
      `${text}\n  - [${n}`,
      text.replace('listener: web', `listener: wbe${n}`),
      '',
    ][n % 4] ?? ''

  async function start(port: number, debounce: string, crowd = 0): Promise<World> {
    return await startWorld({
      config: revision(port, 0, debounce, crowd),
      ready: [port],
      node: MEASURED,
    })
  }

  /** One edit: waits until the program has taken, or refused, exactly this one. */
  async function edit(
    world: World,
    port: number,
    n: number,
    change: (text: string) => string,
  ): Promise<void> {
    const text = change(revision(port, n, '20ms'))
    if (n % 3 === 2) {
      const before = world.told('config/rejected')
      world.rewrite(broken(text, n), n % 2 === 0 ? 'rename' : 'place')
      await until(`edit ${n} is refused`, () => world.told('config/rejected') > before)
      return
    }
    world.rewrite(text, n % 2 === 0 ? 'rename' : 'place')
    await until(`edit ${n} is live`, async () => (await marker(port)) === `revision ${n}`).catch(error => {
      throw new Error(`${error.message}; last events: ${JSON.stringify(world.events.slice(-5))}`)
    })
  }

  async function storm(change: (text: string, n: number) => string): Promise<{ tally: Tally; took: number }> {
    const port = await freePort()
    await using world = await start(port, '20ms')
    await using traffic = startTraffic(port, () => {
      isOver = true
    })
    const begun = performance.now()
    for (let n = 1; n <= RELOADS; n++) {
      await edit(world, port, n, text => change(text, n))
      await pause(Math.max(0, begun + n * EVERY_MS - performance.now()))
    }
    const took = performance.now() - begun
    const tally = await traffic.stop()
    expect((await world.stop()).code).toBe(0)
    return { tally, took }
  }

  it(`${RELOADS} reloads lose no request, no connection, no WebSocket, no byte`, async () => {
    const { tally, took } = await storm(text => text)
    console.log(`${RELOADS} reloads in ${(took / 1000).toFixed(1)} s`, tally.served)
    expect(tally.losses).toEqual([])
    for (const kind of ['kept', 'fresh', 'upload', 'download lines', 'websocket'])
      expect(tally.served[kind] ?? 0, kind).toBeGreaterThan(RELOADS / 5)
    // A twentieth shares its two cores with the other tests, and says nothing about speed.
    if (FULL) expect(took).toBeLessThan(RELOADS * EVERY_MS * 1.1)
  })

  it('nor do they while another listener comes and goes', async () => {
    const other = await freePort()
    const { tally } = await storm((text, n) =>
      n % 2 === 0
        ? text
        : text
            .replace('listeners:', `listeners:\n  other: { protocol: http, bind: 127.0.0.1, port: ${other} }`)
            .replace('listener: web', 'listener: [web, other]'),
    )
    expect(tally.losses).toEqual([])
  })

  it('an edit made in the moment of the start is not lost', async () => {
    for (let n = 1; n <= STARTS; n++) {
      const port = await freePort()
      await using world = await start(port, '20ms')
      world.rewrite(revision(port, n, '20ms'), n % 2 === 0 ? 'rename' : 'place')
      await until(`start ${n}: the edit is live`, async () => (await marker(port)) === `revision ${n}`, 5000)
    }
  })

  it(`${REWRITES} rewrites in ${REWRITES / 100} s end with the last content live and the heap where it was`, async () => {
    const port = await freePort()
    const crowd = 1000
    await using world = await start(port, '5ms', crowd)
    const rewrite = async (from: number, count: number): Promise<void> => {
      const begun = performance.now()
      for (let n = 1; n <= count; n++) {
        const text = revision(port, from + n, '5ms', crowd)
        world.rewrite(n % 10 === 5 ? broken(text, n) : text, n % 2 === 0 ? 'rename' : 'place')
        await pause(Math.max(0, begun + n * 10 - performance.now()))
      }
      await until('the last content is live', async () => (await marker(port)) === `revision ${from + count}`)
    }
    // Compiled code, caches of the libraries and the first garbage belong to the start, not to the rewrites.
    await rewrite(0, 50)
    await pause(500)
    const before = (await heapOf(world)).used
    await rewrite(1000, REWRITES)
    await until('the heap is back', async () => (await heapOf(world)).used - before < 4 << 20, 5000)
    console.log(
      `heap ${before >> 10} KiB before, ${(await heapOf(world)).used >> 10} KiB after, ${world.told('config/applied')} applied`,
    )
    expect(await marker(port)).toBe(`revision ${1000 + REWRITES}`)
    expect((await world.stop()).code).toBe(0)
  })
})
