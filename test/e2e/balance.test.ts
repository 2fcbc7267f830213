// Which target gets how much: weights, rounds, groups.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as line from '../support/access-line.ts'
import { type Stage, startStage } from '../support/stage.ts'

const says = (name: string, more = ''): string => `{ static: { body: "${name}" }, id: ${name}${more} }`

describe('balance', () => {
  let stage: Stage
  beforeAll(async () => {
    const route = (id: string, policy: string, targets: readonly string[]): string =>
      `${id}:\n  listener: web\n  match: { path: /${id} }\n  forward: { load_balancing: ${policy}, targets: [${targets.join(', ')}] }\n`
    stage = await startStage({
      routes: [
        route('weighted', 'weighted_round_robin', [says('a', ', weight: 3'), says('b', ', weight: 1')]),
        route('plain', 'round_robin', [says('a', ', weight: 3'), says('b', ', weight: 1'), says('c')]),
        route('groups', 'round_robin', [
          says('first', ', priority_group: -1, weight: 0'),
          says('second', ', priority_group: 1'),
          says('third', ', priority_group: 2'),
        ]),
        route('off', 'round_robin', [says('a', ', enabled: false'), says('b')]),
      ].join(''),
    })
  })
  afterAll(() => stage[Symbol.asyncDispose]())

  async function many(path: string, count: number): Promise<string[]> {
    const names: string[] = []
    await using visitor = await stage.visit()
    for (let n = 0; n < count; n++) {
      await visitor.send(`GET ${path} HTTP/1.1\r\nHost: a\r\n\r\n`)
      names.push((await visitor.answer()).body.toString())
    }
    return names
  }
  const count = (names: readonly string[], name: string): number => names.filter(one => one === name).length

  it('weights 3 and 1 are 75 % and 25 %, mixed smoothly', async () => {
    const names = await many('/weighted', 400)
    expect(count(names, 'a')).toBe(300)
    expect(count(names, 'b')).toBe(100)
    expect(names.join('')).not.toMatch(/aaaaa|bb/)
  })

  it('round_robin ignores weights', async () => {
    const names = await many('/plain', 300)
    expect([count(names, 'a'), count(names, 'b'), count(names, 'c')]).toEqual([100, 100, 100])
  })

  it('the lowest group with an available target gets everything', async () => {
    expect(new Set(await many('/groups', 20))).toEqual(new Set(['second']))
  })

  it('a disabled target gets nothing, and the record names who answered', async () => {
    expect(new Set(await many('/off', 20))).toEqual(new Set(['b']))
    const record = await stage.world.accessLine('/off', line.askedFor('/off'))
    expect(line.route(record)).toBe('off')
    expect(line.target(record)).toBe('b')
  })
})
