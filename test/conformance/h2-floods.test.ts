// Floods over HTTP/2 against the real program: memory stays flat, other visitors are served meanwhile, and an origin never
// has more on its hands than one connection may ask for.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { connectH2 } from '../support/h2/peer.ts'
import { hold } from '../support/origin.ts'
import { family, residentBytes } from '../support/process-figures.ts'
import { type Stage, startStage } from '../support/stage.ts'
import { pause, until } from '../support/until.ts'
import { FLOODS, type Flood } from './h2/floods.ts'
import { probe } from './h2/play.ts'

const MIB = 1 << 20
/** No flood needs longer: what isn't sent by then is held up by back-pressure, and that is as good as an end. */
const LONGEST = 6_000
/** Streams that one connection may have open. */
const MAX_STREAMS = 128
/** Milliseconds for another visitor's request: most of them are ours, who send the flood from the same thread. */
const SLOWEST = 4_000

interface Watched {
  readonly grown: number
  readonly slowest: number
  readonly probes: readonly string[]
}

function resident(pid: number): number {
  return family(pid).reduce((sum, member) => sum + residentBytes(member), 0)
}

/** Looks at memory, and asks as another visitor, until `over`. */
async function watch(stage: Stage, over: () => boolean): Promise<Watched> {
  const before = resident(stage.world.pid)
  let grown = 0
  let slowest = 0
  const looking = setInterval(() => {
    grown = Math.max(grown, resident(stage.world.pid) - before)
  }, 20)
  const probes: string[] = []
  do {
    const start = performance.now()
    probes.push(await probe(stage.port, false))
    slowest = Math.max(slowest, performance.now() - start)
    await pause(50)
  } while (!over())
  clearInterval(looking)
  return { grown, slowest, probes }
}

/** Sends until the flood, the connection or the time is over; says whether the connection was. */
async function pour(flood: Flood, port: number): Promise<boolean> {
  await using peer = await connectH2({ port, settings: flood.settings ?? {}, grants: false })
  // The settings are settled first, so that no frame of the peer's own comes between those of the flood.
  await peer.answersPing()
  if (flood.isDeaf === true) peer.hold()
  const end = performance.now() + LONGEST
  for (const piece of flood.pieces()) {
    if (peer.isClosed || performance.now() > end) break
    await Promise.race([peer.send(piece), pause(end - performance.now())])
  }
  peer.release()
  // What was given up with the connection is told by its end, which may still be under way.
  if (flood.ends) await until('the connection ends', () => peer.isClosed, 5_000).catch(() => undefined)
  else await pause(300)
  return peer.isClosed
}

describe('a flood of', () => {
  let stage: Stage
  let held = 0
  let mostHeld = 0
  const large = Buffer.alloc(4 * MIB)
  beforeAll(async () => {
    stage = await startStage({}, { keepAccess: false })
    stage.origin.on('/hold', async turn => {
      mostHeld = Math.max(mostHeld, ++held)
      await hold(turn)
      held--
    })
    stage.origin.on('/large', async turn => {
      await turn.write(`HTTP/1.1 200 OK\r\nContent-Length: ${large.length}\r\n\r\n`)
      await turn.write(large)
    })
    for (let turn = 0; turn < 50; turn++) await probe(stage.port, false)
  })
  afterAll(() => stage[Symbol.asyncDispose]())

  it.each(FLOODS.map(flood => [flood.name, flood] as const))('%s', async (_, flood) => {
    mostHeld = 0
    const connections = stage.origin.connections
    let isOver = false
    const poured = pour(flood, stage.port).finally(() => {
      isOver = true
    })
    const { grown, slowest, probes } = await watch(stage, () => isOver)
    const hasEnded = await poured
    const atOrigin = `${mostHeld} at the origin, ${stage.origin.connections - connections} connections`
    console.log(
      `${flood.name}: +${(grown / MIB).toFixed(1)} MiB, ${atOrigin}, a probe ${slowest.toFixed(0)} ms${hasEnded ? ', ended' : ''}`,
    )
    expect(new Set(probes)).toEqual(new Set(['200']))
    expect(slowest).toBeLessThan(SLOWEST)
    expect(mostHeld).toBeLessThanOrEqual(MAX_STREAMS)
    expect(grown).toBeLessThan((flood.most ?? 50) * MIB)
    if (flood.ends) expect(hasEnded).toBe(true)
    await until('the origin is let go', () => stage.origin.busy === 0)
    expect(stage.world.told('internal/error')).toBe(0)
  })
})
