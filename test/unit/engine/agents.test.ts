import { describe, expect, it } from 'vitest'
import { followAgents } from '../../../src/engine/agents.ts'
import { explain } from '../../../src/engine/explain.ts'
import type { Live } from '../../../src/engine/live.ts'
import { compile } from '../../../src/snapshot/compile.ts'
import { type Agents, noAgents } from '../../../src/tunnel/agents.ts'
import { commit, release } from '../../../src/upstream/balance.ts'
import { openPoolState, setAvailable } from '../../../src/upstream/pool-state.ts'
import type { Seat } from '../../../src/upstream/seat.ts'
import { addTried, legTaken, type Taking, take } from '../../../src/upstream/take.ts'
import type { Pool, Target } from '../../../src/upstream/target.ts'
import { type ConfigWords, configured } from '../../support/config.ts'
import { luck, wishOf } from '../../support/wish.ts'

const LAB = { labels: { site: 'lab' } }
const BEHIND = { id: 'behind', url: 'http://media.local:8096', transport: 'agent' } as const

const WORDS: ConfigWords = {
  agents: {
    a: LAB,
    b: { ...LAB, weight: 300 },
    c: { labels: { site: 'away' } },
    d: { ...LAB, enabled: false },
    e: { ...LAB, allow_targets: ['other.local:*'] },
    f: {},
  },
  upstreams: {
    main: {
      targets: [
        { ...BEHIND, agent_selector: { site: 'lab' }, agent_load_balancing: 'weighted_round_robin' },
        { id: 'spare', url: 'http://spare', priority_group: 1 },
      ],
    },
  },
  routes: { r: { default: true, forward: { upstream: 'main' } } },
}

/** A snapshot with fresh memory, and agents that come and go. */
function scene(words: ConfigWords = WORDS) {
  const outcome = compile(configured(words))
  if (!outcome.ok) throw new Error('did not compile')
  const snapshot = outcome.value
  const pools = new Map<Pool, ReturnType<typeof openPoolState>>()
  for (const pool of snapshot.pools.values()) {
    pools.set(pool, openPoolState())
    for (const target of pool.targets)
      if (target.kind === 'proxy' && target.paths !== undefined) pools.set(target.paths, openPoolState())
  }
  const gone = new Map<string, string>()
  const agents: Agents = { ...noAgents(), objection: id => gone.get(id) }
  const live = { snapshot, pools, health: new Map() } as unknown as Live
  const following = followAgents(live, agents)
  const main = snapshot.pools.get('main')
  const [behind] = main?.targets ?? []
  if (main === undefined || behind?.kind !== 'proxy' || behind.paths === undefined)
    throw new Error('no paths')
  const { paths } = behind
  return {
    live,
    main,
    paths,
    following,
    leave(id: string, why = 'offline') {
      gone.set(id, why)
      following.changed(id)
    },
    come(id: string) {
      gone.delete(id)
      following.changed(id)
    },
    next: (tried: readonly Target[] = []) => take(main, pools, wishOf({ tried })),
    told: () =>
      explain(snapshot, { method: 'GET', url: 'http://x/', fields: [], from: '' }, 'web', luck(), live),
  }
}

const nameOf = (taking: Taking | undefined): string =>
  taking === undefined
    ? '-'
    : [taking.choice.target.key, taking.path?.choice.target.key].filter(key => key !== undefined).join(' ')

function apply(taking: Taking | undefined): string {
  if (taking?.path !== undefined) release(commit(taking.path.state, taking.path.choice))
  if (taking !== undefined) release(commit(taking.state, taking.choice))
  return nameOf(taking)
}

describe('a target behind agents', () => {
  it('has one way for each agent that fits, with connections of its own', () => {
    const { paths, main } = scene()
    expect(paths.targets.map(({ key, weight }) => [key, weight])).toEqual([
      ['a', 100],
      ['b', 300],
    ])
    const legs = main.legs[0]?.paths ?? []
    expect(legs.map(({ profile }) => profile.via)).toEqual(['a', 'b'])
    expect(new Set(legs.map(({ profile }) => profile.identity)).size).toBe(2)
  })

  it('is balanced over them by the policy of the agents', () => {
    const { next } = scene()
    const turns = Array.from({ length: 8 }, () => apply(next()))
    expect(turns.filter(turn => turn === 'behind b')).toHaveLength(6)
    expect(turns.filter(turn => turn === 'behind a')).toHaveLength(2)
  })

  it('loses an agent at once, and falls out of its pool with the last one', () => {
    const { next, leave, come } = scene()
    leave('b')
    expect(apply(next())).toBe('behind a')
    leave('a')
    expect(apply(next())).toBe('spare')
    come('b')
    expect(apply(next())).toBe('behind b')
  })

  it('whose last agent’s health fails falls out, too', () => {
    const { next, leave, live, paths, following } = scene()
    leave('a')
    const state = live.pools.get(paths)
    if (state === undefined) throw new Error('no state')
    setAvailable(state, 'b', 'health', 'unhealthy')
    following.refresh(paths)
    expect(apply(next())).toBe('spare')
    setAvailable(state, 'b', 'health', undefined)
    following.refresh(paths)
    expect(apply(next())).toBe('behind b')
  })

  it('with many agents asks after few of them when one comes or goes', () => {
    const many = Array.from({ length: 500 }, (_, n) => `many-${n}`)
    const { leave, come, live, paths } = scene({
      ...WORDS,
      agents: Object.fromEntries(many.map(id => [id, LAB])),
    })
    const state = live.pools.get(paths)
    if (state === undefined) throw new Error('no state')
    let asked = 0
    state.byKey = new (class extends Map<string, Seat> {
      override get(key: string): Seat | undefined {
        asked++
        return super.get(key)
      }
    })(state.byKey)
    for (const id of many.toReversed()) leave(id)
    for (const id of many) come(id)
    expect(asked / many.length).toBeLessThan(10)
  })

  it('was tried when all of its agents were', () => {
    const { next } = scene()
    const tried: Target[] = []
    const seen = [0, 1, 2].map(() => {
      const taking = next(tried)
      if (taking !== undefined) addTried(taking, tried)
      return nameOf(taking)
    })
    expect([...seen].sort()).toEqual(['behind a', 'behind b', 'spare'])
    expect(seen[2]).toBe('spare')
  })

  it('without an agent of the file is no member of its group', () => {
    const { main, next, told } = scene({ ...WORDS, agents: { c: { labels: { site: 'away' } } } })
    expect(main.groups.map(({ priority }) => priority)).toEqual([1])
    expect(nameOf(next())).toBe('spare')
    expect(told()).toMatchObject({ targets: [{ standing: 'no_agent' }, { standing: 'chosen' }] })
  })

  it('is explained with every agent and why it is no way there', () => {
    const { told, leave } = scene()
    leave('a', 'offline since noon')
    const explanation = told()
    if (explanation.kind !== 'explained') throw new Error('not explained')
    const agents = explanation.targets[0]?.agents ?? []
    expect(agents.map(({ id, standing, why }) => [id, standing, why])).toEqual([
      ['a', 'unavailable', 'offline since noon'],
      ['b', 'chosen', undefined],
      ['c', 'unfit', 'its label site is "away"'],
      ['d', 'unfit', 'disabled'],
      ['e', 'unfit', 'its allow_targets leave out media.local:8096'],
      ['f', 'unfit', 'it has no label site'],
    ])
  })

  it('is sent to over the leg of its agent', () => {
    const { next, main, leave } = scene()
    leave('a')
    const taking = next()
    if (taking === undefined) throw new Error('nobody')
    expect(legTaken(main.legs, taking).profile.via).toBe('b')
  })
})
