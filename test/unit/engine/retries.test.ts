// Attempts in a row against origins without sockets: what is sent, how often, and what is left behind.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Retry as WrittenRetry } from '../../../src/config/shape.gen.ts'
import { Exchange } from '../../../src/engine/exchange.ts'
import { HeldBodies } from '../../../src/engine/held-bodies.ts'
import type { Live } from '../../../src/engine/live.ts'
import { conduct } from '../../../src/engine/pipeline.ts'
import { compile } from '../../../src/snapshot/compile.ts'
import type { Connections } from '../../../src/upstream/connections.ts'
import { openPoolState } from '../../../src/upstream/pool-state.ts'
import type { Profile } from '../../../src/upstream/target.ts'
import { handClock } from '../../support/clock.ts'
import { configured } from '../../support/config.ts'
import { fakeSide } from '../../support/fake-side.ts'
import { type Fate, type ScriptedOrigin, ScriptedOrigins } from '../../support/scripted-origin.ts'

interface Scene {
  readonly retry: WrittenRetry
  readonly method: string
  /** Pieces of 5 bytes. */
  readonly pieces?: number
  readonly isKept?: () => boolean
  readonly targets?: number
  /** What all exchanges together may hold of bodies. */
  readonly mostHeld?: number
}

function begin({ retry, method, pieces = 0, isKept = () => false, targets = 3, mostHeld }: Scene) {
  const words = Array.from({ length: targets }, (_, n) => ({ id: `t${n}`, url: `http://t${n}` }))
  const compiled = compile(
    configured({ routes: { all: { default: true, forward: { retry, targets: words } } } }),
  )
  if (!compiled.ok) throw new Error('the scene does not compile')
  const snapshot = compiled.value
  const [listener] = snapshot.listeners.values()
  const [pool] = snapshot.pools.values()
  if (listener === undefined || pool === undefined) throw new Error('the scene is empty')
  const origins = new ScriptedOrigins(isKept)
  const connections = new Map<Profile, Connections>()
  for (const target of pool.targets)
    if (target.kind === 'proxy')
      connections.set(target.profile, origins.at(target.key) as unknown as Connections)
  const state = openPoolState()
  const live: Live = {
    snapshot,
    generation: 1,
    listeners: new Map(),
    terms: new Map(),
    shown: new Map(),
    pools: new Map([[pool, state]]),
    connections,
    through: new Map(),
    health: new Map(),
    tokens: new Map(),
    names: { troubleOf: () => undefined },
  }
  const clock = handClock()
  const side = fakeSide([
    `${method} / HTTP/1.1`,
    'Host: a',
    ...(pieces > 0 ? [`Content-Length: ${pieces * 5}`] : []),
  ])
  const ended: Exchange[] = []
  const bodies = new HeldBodies(mostHeld)
  const exchange = new Exchange({ clock, bodies, ended: done => void ended.push(done) }, side, listener, 1)
  const random = { id: () => '0'.repeat(32), fraction: () => 0.5 }
  conduct(exchange, live, { clock, random })
  exchange.flush()
  let sent = 0
  return {
    clock,
    ended,
    exchange,
    bodies,
    origins,
    side,
    send(): void {
      if (sent === pieces || exchange.isOver) return
      sent++
      // Lent: whatever of it is kept has to be a copy.
      const lent = Buffer.from('hello')
      exchange.data(lent, true)
      lent.fill('x')
      if (sent === pieces) exchange.end(undefined)
      exchange.flush()
    },
    active: () => [...state.byKey.values()].reduce((sum, seat) => sum + seat.active, 0),
    targets: () => origins.requests.map(({ target }) => target),
  }
}

/** What the visitor got: statuses of ours and of origins. */
const told = (calls: readonly string[]): readonly string[] =>
  calls.filter(call => /^(begin|answer|abort)/.test(call))

describe('an exchange that may be retried', () => {
  it('goes to another target, after a pause', () => {
    const scene = begin({ retry: { attempts: 2, on: ['reset'], backoff: '100ms' }, method: 'GET' })
    scene.origins.decide(200)
    scene.origins.decide('reset')
    expect([scene.active(), scene.targets()]).toEqual([0, ['t0']])
    scene.clock.wind(49)
    expect(scene.active()).toBe(0)
    scene.clock.wind(1)
    scene.origins.decide(200)
    scene.origins.decide(200)
    expect(scene.targets()).toEqual(['t0', 't1'])
    expect(scene.side.calls).toEqual(expect.arrayContaining(['begin 200', 'finish']))
    expect([scene.exchange.attempts, scene.active(), scene.ended.length]).toEqual([2, 0, 1])
  })

  it('goes to the same one where there is no other', () => {
    const scene = begin({ retry: { attempts: 3, on: ['status:503'] }, method: 'GET', targets: 1 })
    for (let n = 0; n < 3; n++) {
      scene.origins.decide(503)
      scene.origins.decide(503)
      scene.clock.wind(1_000)
    }
    expect(scene.targets()).toEqual(['t0', 't0', 't0'])
    expect(told(scene.side.calls)).toEqual(['begin 503'])
  })

  it('asks at once on a kept connection', () => {
    const scene = begin({ retry: { attempts: 2, on: ['timeout'] }, method: 'GET', isKept: () => true })
    scene.origins.decide('timeout')
    scene.clock.wind(1_000)
    expect(scene.origins.requests.map(({ isFlushed }) => isFlushed)).toEqual([true, true])
  })

  it('is forgotten when its visitor leaves between two attempts', () => {
    const scene = begin({ retry: { attempts: 2 }, method: 'GET' })
    scene.origins.decide('refused')
    expect(scene.clock.pending).toBe(1)
    scene.exchange.gone()
    scene.clock.wind(60_000)
    expect([scene.clock.pending, scene.targets(), scene.ended.length]).toEqual([0, [], 1])
  })

  it('takes what came of its body meanwhile to the next target', () => {
    const scene = begin({ retry: { attempts: 2, on: ['reset'] }, method: 'PUT', pieces: 3 })
    scene.send()
    scene.origins.decide(200)
    scene.send()
    scene.origins.decide('reset')
    scene.send()
    scene.clock.wind(1_000)
    scene.origins.decide(200)
    expect(scene.origins.requests.map(({ body, isWhole }) => [body, isWhole])).toEqual([
      ['hellohello', false],
      ['hellohellohello', true],
    ])
  })

  it('is sent once where all exchanges hold as much of bodies as they may', () => {
    const scene = begin({
      retry: { attempts: 2, on: ['reset'] },
      method: 'PUT',
      pieces: 3,
      mostHeld: 10,
    })
    scene.send()
    scene.origins.decide(200)
    scene.send()
    expect(scene.bodies.bytes).toBe(10)
    scene.send()
    expect(scene.bodies.bytes).toBe(0)
    scene.origins.decide('reset')
    scene.clock.wind(1_000)
    expect(scene.origins.requests.map(({ body }) => body)).toEqual(['hellohellohello'])
    expect(told(scene.side.calls)).toEqual(['answer 502'])
  })
})

const FATES: readonly Fate[] = ['refused', 'reset', 'garbage', 'timeout', 'unprocessed', 200, 503, 500]
const WORDS = ['connect', 'reset', 'timeout', 'status:503'] as const
const IDEMPOTENT = ['GET', 'PUT', 'DELETE']

/** The word of the file for what became of a request that somebody may have acted on. */
function wordOf({ fate }: ScriptedOrigin): string {
  if (typeof fate === 'number') return `status:${fate}`
  return fate === 'timeout' ? 'timeout' : 'reset'
}

describe('whatever happens to a request', () => {
  const scenes = fc.record({
    attempts: fc.integer({ min: 1, max: 5 }),
    on: fc.uniqueArray(fc.constantFrom(...WORDS), { minLength: 1 }),
    methods: fc.uniqueArray(fc.constantFrom('GET', 'POST', 'PUT', 'DELETE'), { minLength: 1 }),
    method: fc.constantFrom('GET', 'POST', 'PUT', 'DELETE', 'PATCH'),
    pieces: fc.integer({ min: 0, max: 4 }),
    bodyBuffer: fc.constantFrom('0', '7', '64KiB'),
    kept: fc.array(fc.boolean(), { maxLength: 8 }),
    mostHeld: fc.constantFrom(0, 7, 12, 1_000),
    steps: fc.array(fc.constantFrom<Fate | 'piece'>('piece', ...FATES), { minLength: 10, maxLength: 40 }),
  })

  it('nobody acts on it twice unless asked, it is sent whole, and it leaves nothing behind', () => {
    let repeated = 0
    fc.assert(
      fc.property(scenes, ({ attempts, on, methods, method, pieces, bodyBuffer, kept, mostHeld, steps }) => {
        const written: WrittenRetry = { attempts, on, methods, body_buffer: bodyBuffer }
        const luck = [...kept]
        const scene = begin({ retry: written, method, pieces, isKept: () => luck.pop() === true, mostHeld })
        const { origins, exchange, side } = scene
        for (const step of steps) {
          if (step === 'piece') scene.send()
          else origins.decide(step)
          scene.clock.wind(1_000)
        }
        if (!exchange.isOver) exchange.gone()
        for (const request of origins.requests.slice(0, -1)) {
          repeated++
          const words: readonly string[] = on
          // A kept connection may turn out to be closing: what is held for that is at hand for a retry too.
          const mayClose = request.isReused && IDEMPOTENT.includes(method)
          const held = mayClose || bodyBuffer === '64KiB' ? 65_536 : Number(bodyBuffer)
          const isHeld = request.body.length <= held
          const isAsked = words.includes(wordOf(request)) && methods.includes(method as 'GET') && isHeld
          const isReplaced = mayClose && request.fate === 'reset'
          expect(isAsked || isReplaced || request.fate === 'unprocessed').toBe(true)
        }
        for (const request of origins.requests)
          if (request.isWhole) expect(request.body).toBe('hello'.repeat(pieces))
        expect(told(side.calls).length).toBeLessThanOrEqual(1)
        expect(exchange.attempts).toBeLessThanOrEqual(attempts * 5)
        expect([scene.active(), scene.ended.length, scene.bodies.bytes]).toEqual([0, 1, 0])
      }),
      { numRuns: 2_000 },
    )
    // Otherwise the above says little.
    expect(repeated).toBeGreaterThan(200)
  })
})
