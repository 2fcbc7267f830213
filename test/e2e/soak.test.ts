// A long time under mixed traffic, a tenth of it broken off by one side or the other: nothing is lost, and nothing stays behind.
import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { heapOf, MEASURED } from '../support/heap.ts'
import { visit } from '../support/raw.ts'
import { teachSoak } from '../support/soak/origin.ts'
import { soak, type Way } from '../support/soak/soak.ts'
import { type Stage, startStage } from '../support/stage.ts'
import { pause, until } from '../support/until.ts'
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
async function sizeOf({ world, origin }: Stage): Promise<Size> {
  await until('connections to the origin are gone', () => origin.open.size === 0, 20_000)
  await pause(500)
  await heapOf(world)
  const { used } = await heapOf(world)
  return { descriptors: readdirSync(`/proc/${world.pid}/fd`).length, heap: used }
}

describe('soak', () => {
  it(`${STEPS} requests, one in ten broken off, leave descriptors and heap as they were`, {
    timeout: 1_800_000,
  }, async () => {
    await using sockets = await startWsOrigin()
    await using stage = await startStage(
      {
        target: 'peer: { idle_timeout: 1s }',
        routes: `
sockets:
  listener: web
  match: { path_prefix: /ws }
  forward: { targets: [{ url: "http://127.0.0.1:${sockets.port}" }] }
`,
      },
      { node: MEASURED, keepAccess: false },
    )
    const { world, origin, port } = stage
    teachSoak(origin)
    const ways: readonly Way[] = [
      { name: 'http', webSocketUrl: `ws://127.0.0.1:${port}/ws`, open: () => visit({ port }) },
    ]
    const onStep = (): void => {
      // Both remember everything for ever, which is too much here.
      origin.requests.length = 0
      sockets.handshakes.length = 0
    }
    // Some MiB of what starting took are only let go after several turns of traffic and quiet.
    for (const seed of [1, 100, 200, 300]) {
      await soak({ ways, steps: WARM, visitors: VISITORS, seed, onStep })
      await sizeOf(stage)
    }
    const before = await sizeOf(stage)
    const begun = performance.now()
    const { taken, faults } = await soak({ ways, steps: STEPS, visitors: VISITORS, seed: 1000, onStep })
    const seconds = (performance.now() - begun) / 1000
    const after = await sizeOf(stage)
    console.log(`${STEPS} in ${seconds.toFixed(0)} s; before`, before, 'after', after, taken)

    expect(faults.slice(0, 20)).toEqual([])
    expect(Object.values(taken).reduce((sum, count) => sum + count, 0)).toBe(STEPS)
    expect(world.events.filter(line => line.event === undefined || line['level'] === 'error')).toEqual([])
    expect(world.told('internal/error')).toBe(0)
    expect(after.descriptors / before.descriptors).toBeLessThanOrEqual(1.03)
    expect(Math.abs(after.heap / before.heap - 1)).toBeLessThanOrEqual(LEEWAY)
  })
})
