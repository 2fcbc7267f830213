// A long time under mixed traffic, a tenth of it broken off by one side or the other: nothing is lost, and nothing stays behind.
import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { heapOf, MEASURED } from '../support/heap.ts'
import { type Origin, startOrigin } from '../support/origin.ts'
import { freePort } from '../support/ports.ts'
import { visit } from '../support/raw.ts'
import { h1Guest } from '../support/soak/h1-guest.ts'
import { h2Guest } from '../support/soak/h2-guest.ts'
import { teachSoak } from '../support/soak/origin.ts'
import { soak, type Way } from '../support/soak/soak.ts'
import { shakeHands } from '../support/tls-visitor.ts'
import { pause, until } from '../support/until.ts'
import { startWorld, type World } from '../support/world.ts'
import { startWsOrigin } from '../support/ws-origin.ts'

const { P2PSTREAM_PROVE } = process.env
const FULL = P2PSTREAM_PROVE === 'full'
const STEPS = FULL ? 200_000 : 6_000
const WARM = FULL ? 5_000 : 2_000
const VISITORS = 48
/** Part of what there was before. After a short run there is still code that becomes compiled. */
const LEEWAY = FULL ? 0.03 : 0.05

interface Size {
  readonly descriptors: number
  /** Bytes after a full collection. */
  readonly heap: number
}

/** Once nothing is under way any more: idle connections to origins end after their second. */
async function sizeOf(world: World, origin: Origin): Promise<Size> {
  await until('connections to the origin are gone', () => origin.open.size === 0, 20_000)
  await pause(500)
  // V8 lets go of code that wasn't used only after several collections.
  for (let n = 0; n < 8; n++) await heapOf(world)
  const { used } = await heapOf(world)
  return { descriptors: descriptorsOf(world), heap: used }
}

function descriptorsOf(world: World): number {
  return readdirSync(`/proc/${world.pid}/fd`).length
}

describe('soak', () => {
  it(`${STEPS} requests, one in ten broken off, leave descriptors and heap as they were`, {
    timeout: 1_800_000,
  }, async () => {
    await using sockets = await startWsOrigin()
    await using origin = await startOrigin()
    teachSoak(origin)
    const [port, tlsPort] = [await freePort(), await freePort()]
    const config = `version: 1
listeners:
  web: { protocol: http, bind: 127.0.0.1, port: ${port} }
  tls: { protocol: https, bind: 127.0.0.1, port: ${tlsPort} }
certificates:
  soak: { hosts: [soak.test], self_signed: {} }
defaults: { peer: { idle_timeout: 1s } }
routes:
  all:
    listener: [web, tls]
    default: true
    forward: { targets: [{ url: "http://127.0.0.1:${origin.port}" }] }
  sockets:
    listener: [web, tls]
    match: { path_prefix: /ws }
    forward: { targets: [{ url: "http://127.0.0.1:${sockets.port}" }] }
`
    const ready = [port, tlsPort]
    await using world = await startWorld({ config, ready, node: MEASURED, keepAccess: false })
    const ways: readonly Way[] = [
      { name: 'http', open: () => h1Guest(() => visit({ port }), `ws://127.0.0.1:${port}/ws`) },
      { name: 'https', open: () => h1Guest(() => shakeHands(tlsPort), `wss://127.0.0.1:${tlsPort}/ws`) },
      { name: 'h2c', open: () => h2Guest(port, 'http', '/ws') },
      { name: 'h2', open: () => h2Guest(tlsPort, 'https', '/ws') },
    ]
    const onStep = (): void => {
      // Both remember everything for ever, which is too much here.
      origin.requests.length = 0
      sockets.handshakes.length = 0
    }
    // Some MiB of what starting took are only let go after several turns of traffic and quiet.
    for (const seed of [1, 100, 200, 300]) {
      await soak({ ways, steps: WARM, visitors: VISITORS, seed, onStep })
      await sizeOf(world, origin)
    }
    const before = await sizeOf(world, origin)
    const begun = performance.now()
    const { taken, faults } = await soak({ ways, steps: STEPS, visitors: VISITORS, seed: 1000, onStep })
    const seconds = (performance.now() - begun) / 1000
    // A visitor who broke off may be waited for, for two seconds.
    const isBack = (): boolean => descriptorsOf(world) <= before.descriptors * 1.03
    await until('descriptors are what they were', isBack, 20_000)
    const after = await sizeOf(world, origin)
    console.log(`${STEPS} in ${seconds.toFixed(0)} s; before`, before, 'after', after, taken)

    expect(faults.slice(0, 20)).toEqual([])
    expect(Object.values(taken).reduce((sum, count) => sum + count, 0)).toBe(STEPS)
    expect(world.events.filter(line => line.event === undefined || line['level'] === 'error')).toEqual([])
    expect(world.told('internal/error')).toBe(0)
    expect(after.descriptors / before.descriptors).toBeLessThanOrEqual(1.03)
    expect(Math.abs(after.heap / before.heap - 1)).toBeLessThanOrEqual(LEEWAY)
  })
})
