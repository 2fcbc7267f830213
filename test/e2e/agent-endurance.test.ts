// Traffic through agents for long, and beside those who stand still: no byte lost, no memory taken, nobody held up.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as access from '../support/access-line.ts'
import { watchMemory } from '../support/memory-watch.ts'
import { hold } from '../support/origin.ts'
import { ask, visit } from '../support/raw.ts'
import { type Outcome, startSteadyLoad } from '../support/steady-load.ts'
import { type Lab, type LabParts, startLab } from '../support/tunnel/lab.ts'
import { MIB, pour, swallow } from '../support/tunnel/transfer.ts'
import { pause, until } from '../support/until.ts'

const { P2PSTREAM_PROVE } = process.env
const FULL = P2PSTREAM_PROVE === 'full'
/** MiB, each way. */
const TRANSFER = FULL ? 1024 : 96
const WARM = 32
const RELOADS = FULL ? 200 : 10
/** MiB that the server and the agent may take beyond what the first transfers took: twice what was seen, however much passes. */
const MOST_GROWTH = 80

const milliseconds = ({ asked, answered }: Outcome): number => answered - asked
const DOWN = 'GET /down HTTP/1.1\r\nHost: a.test\r\n\r\n'
const up = (pieces: number): string =>
  `POST /up HTTP/1.1\r\nHost: a.test\r\nContent-Length: ${pieces * MIB}\r\n\r\n`
const head = (pieces: number): string => `HTTP/1.1 200 OK\r\nContent-Length: ${pieces * MIB}\r\n\r\n`

describe('small requests through an agent', () => {
  /** MiB: more than all buffers on the way together. */
  const LARGE = 256
  const SMALL = FULL ? 4000 : 400
  let lab: Lab
  beforeAll(async () => {
    lab = await startLab(
      ['only'],
      ({ top, token, url }) => `${top}agents: { only: { ${token} } }
routes: { all: { listener: web, default: true, forward: { targets: [{ url: "${url}", transport: agent, agent_selector: { p2pstream.io/agent-id: only } }] } } }
`,
    )
  })
  afterAll(() => lab[Symbol.asyncDispose]())

  /** A transfer whose reader reads nothing yet. */
  interface Stalled {
    /** Bytes that its sender has got rid of. */
    readonly sent: () => number
    /** The reader reads: the digests of what was sent and of what has come. */
    readonly finish: () => Promise<readonly [string, string]>
  }

  async function stalledDownload(): Promise<Stalled> {
    let sent = 0
    const poured = Promise.withResolvers<string>()
    lab.origin.on('/down', async turn => {
      await turn.write(head(LARGE))
      const write = async (piece: Buffer): Promise<void> => {
        await turn.write(piece)
        sent += piece.length
      }
      poured.resolve(pour(write, LARGE))
      await poured.promise
    })
    const visitor = await visit({ port: lab.port })
    visitor.incoming.hold()
    await visitor.send(DOWN)
    return {
      sent: () => sent,
      async finish() {
        visitor.incoming.release()
        await visitor.answerHead()
        return [await swallow(visitor.incoming, LARGE), await poured.promise]
      },
    }
  }

  async function stalledUpload(): Promise<Stalled> {
    let sent = 0
    const awake = Promise.withResolvers<void>()
    lab.origin.on('/up', async turn => {
      turn.incoming.hold()
      await awake.promise
      turn.incoming.release()
      await turn.answer(200, [], await swallow(turn.incoming, LARGE))
      turn.socket.end()
    })
    const visitor = await visit({ port: lab.port })
    await visitor.send(up(LARGE))
    const write = async (piece: Buffer): Promise<void> => {
      await visitor.send(piece)
      sent += piece.length
    }
    const poured = pour(write, LARGE)
    return {
      sent: () => sent,
      async finish() {
        awake.resolve()
        return [await poured, (await visitor.answer()).body.toString()]
      },
    }
  }

  it.each([
    ['a visitor who reads nothing of a download', stalledDownload],
    ['an origin that reads nothing of an upload', stalledUpload],
  ])('are quick beside %s, who then gets every byte', async (_, stall) => {
    const { sent, finish } = await stall()
    let before = 0
    const stands = async (): Promise<boolean> => {
      before = sent()
      await pause(300)
      return before > 0 && sent() === before
    }
    await until('the transfer stands still', stands)
    expect(before).toBeLessThan(LARGE * MIB)

    await using load = startSteadyLoad(lab.port, 4, 200, '/small')
    await until('small requests were answered', () => load.outcomes.length >= SMALL)
    await load[Symbol.asyncDispose]()
    expect(sent()).toBe(before)
    const times = load.outcomes.map(milliseconds).sort((a, b) => a - b)
    const at = (part: number): number => times[Math.floor(part * times.length)] ?? Number.NaN
    console.log(`median ${at(0.5)} ms, p99 ${at(0.99)} ms, most ${at(1 - 1e-9)} ms, held ${before / MIB} MiB`)
    expect(load.outcomes.filter(({ status }) => status !== 200)).toEqual([])
    expect(at(0.5)).toBeLessThan(50)
    expect(at(0.99)).toBeLessThan(FULL ? 50 : 250)

    const [one, other] = await finish()
    expect(one).toBe(other)
  })
})

describe(`${TRANSFER} MiB each way through an agent`, () => {
  /** Always the same meaning for the transfers, always something else that changed. */
  const revision = (
    { top, token, url }: LabParts,
    n: number,
  ): string => `${top}server: { reload: { debounce: 20ms } }
agents: { only: { ${token}, weight: ${100 + (n % 7)}, labels: { site: "${Math.floor(n / 4)}", revision: "${n}" } } }
routes:
  marker: { listener: web, match: { path: /marker }, forward: { targets: [{ static: { body: "revision ${n}" } }] } }
  all: { listener: web, default: true, forward: { targets: [{ url: "${url}", transport: agent, agent_selector: { site: "${Math.floor(n / 4)}" } }] } }
`

  it(`lose no byte and take no memory, through ${RELOADS} reloads`, async () => {
    await using lab = await startLab(['only'], parts => revision(parts, 0))
    const { world, origin, port } = lab
    let reload = 0
    let pieces = WARM
    // The transfers take as long as the reloads, and move while each of them is under way.
    const may = async (piece: number): Promise<void> => {
      if (pieces === WARM) return
      await until(`reload ${reload} is there`, () => piece * RELOADS < reload * pieces)
    }
    let poured = Promise.resolve('')
    origin.on('/down', async turn => {
      await turn.write(head(pieces))
      poured = pour(turn.write, pieces, may)
      await poured
    })
    origin.on('/up', async turn => {
      await turn.answer(200, [], await swallow(turn.incoming, pieces))
      turn.socket.end()
    })
    const download = async (): Promise<void> => {
      await using visitor = await visit({ port })
      await visitor.send(DOWN)
      await visitor.answerHead()
      const got = await swallow(visitor.incoming, pieces)
      expect(got).toBe(await poured)
    }
    const upload = async (): Promise<void> => {
      await using visitor = await visit({ port })
      await visitor.send(up(pieces))
      const sent = await pour(visitor.send, pieces, may)
      const { status, body } = await visitor.answer()
      expect([status, body.toString()]).toEqual([200, sent])
    }

    using memory = watchMemory([world.pid, lab.agents[0]?.child.pid ?? 0])
    await Promise.all([download(), upload()])
    const before = memory.most()
    pieces = TRANSFER
    const begun = performance.now()
    const both = Promise.all([download(), upload()])
    while (reload < RELOADS) {
      reload++
      world.rewrite(revision(lab.parts, reload))
      const isLive = async (): Promise<boolean> =>
        (await ask('/marker', { port })).body.toString() === `revision ${reload}`
      await until(`revision ${reload} is live`, isLive)
      expect((await ask('/small', { port })).status).toBe(200)
    }
    await both
    const seconds = (performance.now() - begun) / 1000
    const after = memory.most()
    const grown = after.map((bytes, n) => (bytes - (before[n] ?? 0)) / MIB)
    console.log(
      `${TRANSFER} MiB each way and ${RELOADS} reloads in ${seconds.toFixed(1)} s; MiB at first ${before.map(b => b / MIB)}, grown by ${grown}`,
    )
    for (const mib of grown) expect(mib).toBeLessThan(MOST_GROWTH)
    await until('every reload is told of', () => world.told('config/applied') === RELOADS + 1)
    expect(world.told('config/rejected')).toBe(0)
    expect(world.told('tunnel/connected')).toBe(1)
    expect(world.told('tunnel/disconnected')).toBe(0)
  })
})

describe('an agent that is stopped', () => {
  it('takes along what goes through it, once it has not answered, and nothing else; it comes back by itself', async () => {
    const through = (url: string, id: string): string =>
      `url: "${url}", transport: agent, agent_selector: { p2pstream.io/agent-id: ${id} }`
    await using lab = await startLab(
      ['still', 'lively'],
      ({ top, token, url }) => `${top}agents: { still: { ${token} }, lively: { ${token} } }
upstreams:
  both:
    load_balancing: round_robin
    retry: { attempts: 2, on: [connect, reset] }
    targets:
      - { id: one, ${through(url, 'still')} }
      - { id: other, ${through(url, 'lively')} }
routes:
  both: { listener: web, default: true, forward: { upstream: both } }
  still: { listener: web, match: { path_prefix: /still }, forward: { targets: [{ ${through(url, 'still')} }] } }
  lively: { listener: web, match: { path_prefix: /lively }, forward: { targets: [{ ${through(url, 'lively')} }] } }
`,
      'tunnel: { ping_interval: 5s, ping_timeout: 5s }',
    )
    const { world, origin, port } = lab
    const still = lab.agents[0]?.child
    origin.on('/still/hold', hold)
    origin.on('/still/half', async turn => {
      await turn.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello')
      await hold(turn)
    })
    const held = ask('/still/hold', { port })
    await using halved = await visit({ port })
    await halved.send('GET /still/half HTTP/1.1\r\nHost: a.test\r\n\r\n')
    await halved.answerHead()
    await until('the other is under way', () => origin.at('/still/hold').length === 1)

    still?.kill('SIGSTOP')
    const begun = performance.now()
    const timed = async (target: string): Promise<{ readonly status: number; readonly after: number }> => {
      const asked = performance.now()
      const { status } = await ask(target, { port })
      return { status, after: performance.now() - asked }
    }
    await using load = startSteadyLoad(port, 4, 100, '/lively')
    const late = timed('/still/late')
    const shared = Array.from({ length: 20 }, (_, n) => timed(`/both/${n}`))
    expect((await held).status).toBe(502)
    const known = performance.now() - begun
    // Half of the pool's requests wait for the agent until they may not, or until it is known to be gone; the others notice nothing.
    const answers = await Promise.all(shared)
    expect(answers.filter(({ status }) => status !== 200)).toEqual([])
    expect(answers.filter(({ after }) => after < 1000)).toHaveLength(10)
    expect([502, 504]).toContain((await late).status)
    await expect(halved.incoming.exactly(10)).rejects.toThrow('cut')
    // From the ping that it didn't answer, and that was sent up to an interval later.
    expect(known).toBeGreaterThan(4900)
    expect(known).toBeLessThan(12_000)
    expect(access.reason(await world.accessLine('held', access.askedFor('/still/hold')))).toBe(
      'agent_disconnected',
    )

    expect((await timed('/still/later')).status).toBe(503)
    for (let n = 0; n < 10; n++) expect((await timed('/both')).after).toBeLessThan(1000)
    still?.kill('SIGCONT')
    await until('it is back', () => world.told('tunnel/connected') === 3)
    expect((await timed('/still/again')).status).toBe(200)
    await load[Symbol.asyncDispose]()
    console.log(
      `known after ${known.toFixed(0)} ms; slowest of ${load.outcomes.length} answers beside it ${Math.max(...load.outcomes.map(milliseconds))} ms`,
    )
    expect(load.outcomes.filter(({ status }) => status !== 200)).toEqual([])
    expect(Math.max(...load.outcomes.map(milliseconds))).toBeLessThan(1000)
  })
})
