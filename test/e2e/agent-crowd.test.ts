// Many agents at one server: all of them come back when it does, and those that never stay disturb nobody.
import { readdirSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { heapOf, MEASURED } from '../support/heap.ts'
import { type Origin, startOrigin } from '../support/origin.ts'
import { cpuNanoseconds } from '../support/process-figures.ts'
import { ask } from '../support/raw.ts'
import { type Outcome, type SteadyLoad, startSteadyLoad } from '../support/steady-load.ts'
import { startCrowd } from '../support/tunnel/crowd.ts'
import { type CrowdWorld, openCrowdWorld } from '../support/tunnel/crowd-world.ts'
import { startAgentProcess, TOKEN } from '../support/tunnel/server.ts'
import { pause, until } from '../support/until.ts'
import type { World } from '../support/world.ts'

const { P2PSTREAM_PROVE } = process.env
const FULL = P2PSTREAM_PROVE === 'full'
const RETURNING = FULL ? 2000 : 200
const FLAPPING = FULL ? 200 : 40
/** Milliseconds of flapping: first until sessions are remembered and code is compiled, then the ones that count. */
const WARM = FULL ? 30_000 : 2_000
const FLAPS = FULL ? 60_000 : 4_000
/** Of the heap after the flapping to that before. After a short run there is still code that becomes compiled. */
const LEEWAY = FULL ? 0.03 : 0.05

const milliseconds = ({ asked, answered }: Outcome): number => answered - asked
const slowest = ({ outcomes }: SteadyLoad): number => Math.max(...outcomes.map(milliseconds))
const failed = ({ outcomes }: SteadyLoad): readonly Outcome[] =>
  outcomes.filter(({ status }) => status !== 200)
const descriptors = (world: World): number => readdirSync(`/proc/${world.pid}/fd`).length

let origin: Origin
beforeAll(async () => {
  origin = await startOrigin()
})
afterAll(() => origin[Symbol.asyncDispose]())

describe(`${RETURNING} agents`, () => {
  it('are all back within a minute of a restart, and visitors notice nothing', async () => {
    using stage = await openCrowdWorld(RETURNING, origin.port)
    await using before = await stage.start()
    await using crowd = startCrowd({ ...stage, token: TOKEN, manner: 'stay' })
    await until('all are there', () => crowd.news.connected === RETURNING, 60_000)
    // They came in the same moment, and none was sent away to come again.
    expect(crowd.news.failures).toEqual({})
    await before.stop()
    await until('all know that it is gone', () => crowd.news.connected === 0)

    await using world = await stage.start()
    const begun = performance.now()
    const used = cpuNanoseconds(world.pid)
    const turnedAway = { ...crowd.news.failures }
    await using load = startSteadyLoad(stage.web, 4, 100)
    await until('all are back', () => crowd.news.connected === RETURNING, 60_000)
    const took = performance.now() - begun
    const cpu = (cpuNanoseconds(world.pid) - used) / 1e9
    await load[Symbol.asyncDispose]()
    console.log(
      `${RETURNING} back after ${(took / 1000).toFixed(1)} s, ${cpu.toFixed(2)} s of CPU; slowest of ${load.outcomes.length} answers ${slowest(load)} ms`,
      crowd.news.failures,
    )

    expect(failed(load)).toEqual([])
    expect(load.outcomes.length).toBeGreaterThan(20)
    expect(slowest(load)).toBeLessThan(1000)
    expect(refusals(crowd.news.failures)).toEqual(refusals(turnedAway))
    // What is remembered of them outlives the server.
    const told = (await stage.agents(world)).map(row => [row.id, row.state, row.connects, row.disconnects])
    expect(told).toEqual([['healthy', 'never_seen', 0, 0], ...stage.ids.map(id => [id, 'connected', 2, 1])])
    expect((await stage.scrape(world)).sum('p2pstream_agent_connected')).toBe(RETURNING)
    expect((await ask('/', { port: stage.crowd })).status).toBe(200)
    expect((await world.stop()).code).toBe(0)
  })
})

/** What agents were told but that nobody listens. */
function refusals(failures: Readonly<Record<string, number>>): readonly (readonly [string, number])[] {
  return Object.entries(failures).filter(([why]) => !why.includes('ECONNREFUSED'))
}

interface Size {
  readonly descriptors: number
  /** Bytes after a full collection. */
  readonly heap: number
}

/** Once nothing is under way any more: idle connections to the origin end after their second. V8 lets go of code that wasn't used only after several collections. */
async function sizeOf(world: World): Promise<Size> {
  await until('connections to the origin are gone', () => origin.open.size === 0)
  for (let n = 0; n < 8; n++) await heapOf(world)
  return { descriptors: descriptors(world), heap: (await heapOf(world)).used }
}

describe(`${FLAPPING} agents that live for seconds`, () => {
  it('leave steady traffic alone, and nothing behind', async () => {
    using stage = await openCrowdWorld(FLAPPING, origin.port)
    await using world = await stage.start(MEASURED)
    await using _ = startAgentProcess(stage.url, 'healthy', {
      env: { MANAGEMENT_CA_PEM_BASE64: Buffer.from(stage.ca).toString('base64') },
    })
    await until('the healthy one is there', async () => (await ask('/', { port: stage.home })).status === 200)

    const warm = await flapFor(stage, WARM)
    const before = await sizeOf(world)
    const { connects, direct, home, crowd } = await flapFor(stage, FLAPS)
    const isBack = (): boolean => descriptors(world) <= before.descriptors
    await until('descriptors are what they were', isBack)
    const after = await sizeOf(world)
    const ways = Object.fromEntries(Map.groupBy(crowd.outcomes, ({ status }) => status))
    console.log(
      `slowest of ${direct.outcomes.length} direct answers ${slowest(direct)} ms, of ${home.outcomes.length} by the healthy agent ${slowest(home)} ms, of ${crowd.outcomes.length} by the others ${slowest(crowd)} ms`,
      Object.entries(ways).map(([status, all]) => `${status}: ${all?.length}`),
      before,
      after,
    )

    expect(failed(direct)).toEqual([])
    expect(failed(home)).toEqual([])
    // Whoever is cut off by a cut agent is told so, at once.
    expect(slowest(crowd)).toBeLessThan(4000)
    expect(after.heap / before.heap - 1).toBeLessThanOrEqual(LEEWAY)
    const rows = await stage.agents(world)
    const counts = rows.map(({ id, connects, disconnects }) => [id, connects, disconnects])
    const expected = stage.ids.map(id => {
      const all = (warm.connects[id] ?? 0) + (connects[id] ?? 0)
      return [id, all, all]
    })
    expect(counts).toEqual([['healthy', 1, 0], ...expected])
    const total = expected.reduce((sum, [, all]) => sum + Number(all), 0)
    expect(total).toBeGreaterThan(FLAPPING * 3)
    const metrics = await stage.scrape(world)
    expect(metrics.sum('p2pstream_agent_connects_total')).toBe(total + 1)
    expect(metrics.sum('p2pstream_agent_disconnects_total')).toBe(total)
    expect(metrics.sum('p2pstream_agent_streams')).toBe(0)
    expect(world.told('internal/error')).toBe(0)
    expect((await world.stop()).code).toBe(0)
  })
})

interface Flapped {
  readonly connects: Readonly<Record<string, number>>
  readonly direct: SteadyLoad
  readonly home: SteadyLoad
  readonly crowd: SteadyLoad
}

/** The crowd comes and goes for so many milliseconds, beside traffic to a direct target, to the healthy agent, and to the crowd itself. */
async function flapFor(stage: CrowdWorld, ms: number): Promise<Flapped> {
  await using flapping = startCrowd({ ...stage, token: TOKEN, manner: 'flap' })
  await using direct = startSteadyLoad(stage.web, 4, 100)
  await using home = startSteadyLoad(stage.home, 4, 100)
  await using crowd = startSteadyLoad(stage.crowd, 4, 100)
  await pause(ms)
  const { connects, failures } = await flapping.stop()
  for (const load of [direct, home, crowd]) await load[Symbol.asyncDispose]()
  // It remembers everything for ever, which is too much here.
  origin.requests.length = 0
  expect(failures).toEqual({})
  return { connects, direct, home, crowd }
}
