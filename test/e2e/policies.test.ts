// Every policy through the real program, a few requests each; and which keys move when a pool is edited under it.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Stage, startStage } from '../support/stage.ts'
import { until } from '../support/until.ts'

const says = (name: string, weight?: number): string =>
  `{ id: ${name}, static: { body: "${name}" }${weight === undefined ? '' : `, weight: ${weight}`} }`

function route(id: string, words: string, targets: readonly string[]): string {
  return `${id}:
  listener: web
  match: { path: /${id} }
  forward: { load_balancing: ${words}, targets: [${targets.join(', ')}] }
`
}

const hashed = (names: string): string =>
  route(
    'hash',
    'hash, hash_on: "query:k", hash_fallback: "header:X-User"',
    [...names].map(name => says(name)),
  )

const ROUTES = [
  route('random', 'random', [says('a'), says('b')]),
  route('weighted_random', 'weighted_random', [says('a', 1), says('b', 1000)]),
  route('least_active', 'least_active_requests', [says('a'), says('b'), says('c')]),
  route('weighted_least', 'weighted_least_active_requests', [says('a', 3), says('b', 1)]),
  route('two', 'power_of_two', [says('a'), says('b')]),
  route('ewma', 'peak_ewma', [says('a'), says('b')]),
].join('')

describe('policies', () => {
  let stage: Stage
  beforeAll(async () => {
    stage = await startStage(port => ({
      routes:
        ROUTES +
        hashed('abcd') +
        route('slow', 'least_active_requests', [
          `{ id: slow, url: "http://127.0.0.1:${port}" }`,
          `{ id: other, static: { body: other } }`,
        ]),
    }))
  })
  afterAll(() => stage[Symbol.asyncDispose]())

  async function many(
    targets: readonly string[],
    fields: readonly (readonly [string, string])[] = [],
  ): Promise<string> {
    let names = ''
    await using visitor = await stage.visit()
    const more = fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')
    for (const target of targets) {
      await visitor.send(`GET ${target} HTTP/1.1\r\nHost: a\r\n${more}\r\n`)
      names += (await visitor.answer()).body.toString()
    }
    return names
  }
  const times = (path: string, count: number): string[] => Array<string>(count).fill(path)
  const keys = (count: number): string[] => Array.from({ length: count }, (_, key) => `/hash?k=${key}`)

  it.each(['/random', '/two', '/ewma'])('%s reaches everybody', async path => {
    expect(new Set(await many(times(path, 80)))).toEqual(new Set(['a', 'b']))
  })

  it('weighted_random favours the heavy one', async () => {
    const names = await many(times('/weighted_random', 100))
    expect(names.split('b').length - 1).toBeGreaterThan(90)
  })

  it('least_active_requests takes turns while nobody is busy, and spares who is', async () => {
    expect(await many(times('/least_active', 6))).toBe('abcabc')
    stage.origin.on('/slow', async turn => {
      await until('the others are served', () => isServed)
      await turn.answer(200, [], 'slow')
    })
    let isServed = false
    const first = stage.ask('/slow', {})
    await until('it is under way', () => stage.origin.at('/slow').length === 1)
    expect(await many(times('/slow', 5))).toBe('other'.repeat(5))
    isServed = true
    expect((await first).body.toString()).toBe('slow')
  })

  it('weighted_least_active_requests follows the weights while nobody is busy', async () => {
    expect(await many(times('/weighted_least', 8))).toBe('aabaaaba')
  })

  it('hash keeps a key with its target; without one the fallback decides, without both it is taken in turns', async () => {
    const names = await many(keys(20))
    expect(await many(keys(20))).toBe(names)
    expect(new Set(names).size).toBeGreaterThan(2)
    expect(new Set(await many(times('/hash', 5), [['X-User', 'me']])).size).toBe(1)
    expect([...(await many(times('/hash', 4)))].sort().join('')).toBe('abcd')
  })

  it('by hot reload one of four targets goes, and its keys alone move', async () => {
    const before = await many(keys(400))
    const applied = stage.world.told('config/applied')
    stage.world.rewrite(stage.config({ routes: ROUTES + hashed('abd') }))
    await until('it is live', () => stage.world.told('config/applied') > applied)
    const after = await many(keys(400))
    const moved = [...before].filter((name, key) => name !== after[key])
    expect(new Set(moved)).toEqual(new Set(['c']))
    expect(moved.length).toBe(before.split('c').length - 1)
  })
})
