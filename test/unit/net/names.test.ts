import { describe, expect, it } from 'vitest'
import type { Failure } from '../../../src/base/failure.ts'
import type { Answer, NameAddress, NameNews, NoAnswer } from '../../../src/net/name.ts'
import { openNames } from '../../../src/net/names.ts'
import { handClock, settle } from '../../support/clock.ts'

function at(...addresses: string[]): readonly NameAddress[] {
  return addresses.map(address => ({ address, family: address.includes(':') ? 6 : 4 }))
}

/** Names over questions that the test answers by hand. */
function scene() {
  const clock = handClock()
  const asked: { readonly name: string; readonly answer: (answer: Answer | NoAnswer) => Promise<void> }[] = []
  const news: NameNews[] = []
  const names = openNames({
    clock,
    tell: told => void news.push(told),
    lookup: name =>
      new Promise(resolve => {
        asked.push({
          name,
          async answer(answer) {
            resolve(answer)
            await settle()
          },
        })
      }),
  })
  return {
    clock,
    names,
    asked,
    told: () => news.map(({ kind, reason, addresses }) => [kind, reason ?? addresses.join(' ')].join(' ')),
    async answer(answer: Answer | NoAnswer) {
      await asked.at(-1)?.answer(answer)
    },
    /** What a request gets, now or as soon as somebody says something. */
    find(name: string) {
      const found: { addresses?: string; failure?: Failure; cancel: () => void } = { cancel: () => undefined }
      const waiting = names.find(name, (addresses, failure) => {
        if (addresses !== undefined) found.addresses = addresses.map(({ address }) => address).join(' ')
        else found.failure = failure
      })
      found.cancel = () => waiting.cancel()
      return found
    },
  }
}

describe('names', () => {
  it('are asked for ahead, and given at once when they are known', async () => {
    const { names, asked, find, answer } = scene()
    names.follow(new Set(['a.test', 'b.test']))
    expect(asked.map(({ name }) => name)).toEqual(['a.test', 'b.test'])
    await answer({ addresses: at('10.0.0.1', '::1'), ttl: 60_000 })
    expect(find('b.test').addresses).toBe('10.0.0.1 ::1')
    expect(find('a.test').addresses).toBeUndefined()
    expect(asked).toHaveLength(2)
  })

  it('a request waits for the first answer, and only for that', async () => {
    const { names, find, answer, clock } = scene()
    names.follow(new Set(['a.test']))
    const first = find('a.test')
    const gone = find('a.test')
    gone.cancel()
    await settle()
    expect(first.addresses).toBeUndefined()
    await answer({ code: 'ENOTFOUND' })
    expect(first.failure).toEqual({ code: 'dns_error', side: 'origin', detail: 'ENOTFOUND' })
    expect(names.troubleOf('a.test')).toBe('ENOTFOUND')
    expect(gone.failure).toBeUndefined()
    await clock.windAsync(1_000)
    const second = find('a.test')
    expect(second.failure).toBeUndefined()
    await settle()
    expect(second.failure?.detail).toBe('ENOTFOUND')
  })

  it.each([
    [0, 1_000],
    [20_000, 20_000],
    [86_400_000, 300_000],
    [undefined, 30_000],
  ])('an answer that holds for %s ms is asked for again after %i', async (ttl, expected) => {
    const { names, asked, answer, clock, find } = scene()
    names.follow(new Set(['a.test']))
    await answer({ addresses: at('10.0.0.1'), ttl })
    await clock.windAsync(expected - 1)
    expect(asked).toHaveLength(1)
    await clock.windAsync(1)
    expect(asked).toHaveLength(2)
    expect(find('a.test').addresses).toBe('10.0.0.1')
    await answer({ addresses: at('10.0.0.2'), ttl })
    expect(find('a.test').addresses).toBe('10.0.0.2')
  })

  it('the last good answer is kept through failures, which are asked again ever more slowly', async () => {
    const { names, asked, answer, clock, find, told } = scene()
    names.follow(new Set(['a.test']))
    await answer({ addresses: at('10.0.0.1'), ttl: 1_000 })
    await clock.windAsync(1_000)
    for (const [pause, questions] of [
      [1_000, 3],
      [2_000, 4],
      [4_000, 5],
      [8_000, 6],
      [10_000, 7],
      [10_000, 8],
    ] as const) {
      await answer({ code: 'ETIMEOUT' })
      expect(find('a.test').addresses).toBe('10.0.0.1')
      expect(names.troubleOf('a.test')).toBe('ETIMEOUT, what was known of it is used')
      await clock.windAsync(pause - 1)
      expect(asked).toHaveLength(questions - 1)
      await clock.windAsync(1)
      expect(asked).toHaveLength(questions)
    }
    await answer({ addresses: at('10.0.0.2'), ttl: 5_000 })
    expect(names.troubleOf('a.test')).toBeUndefined()
    expect(told()).toEqual(['failed ETIMEOUT', 'recovered 10.0.0.2'])
  })

  it('silence is a timeout, and an answer without addresses is none', async () => {
    const { names, answer, find, clock } = scene()
    names.follow(new Set(['a.test']))
    const first = find('a.test')
    await answer({ code: 'ETIMEOUT' })
    expect(first.failure?.code).toBe('dns_timeout')
    await clock.windAsync(1_000)
    await answer({ addresses: [], ttl: 1 })
    const second = find('a.test')
    await settle()
    expect(second.failure).toMatchObject({ code: 'dns_error', detail: 'ENODATA' })
  })

  it('tell when none of their addresses is left, and not of another order or part', async () => {
    const { names, answer, clock, told } = scene()
    names.follow(new Set(['a.test']))
    for (const addresses of [
      ['10.0.0.1', '10.0.0.2'],
      ['10.0.0.2', '10.0.0.1'],
      ['10.0.0.2'],
      ['10.0.0.3'],
    ]) {
      await answer({ addresses: at(...addresses), ttl: 1_000 })
      await clock.windAsync(1_000)
    }
    expect(told()).toEqual(['changed 10.0.0.3'])
  })

  it('that are doubted are asked for early, at most once a second', async () => {
    const { names, asked, answer, clock } = scene()
    names.follow(new Set(['a.test']))
    await answer({ addresses: at('10.0.0.1'), ttl: 60_000 })
    names.doubt('a.test')
    expect(asked).toHaveLength(1)
    await clock.windAsync(1_000)
    names.doubt('a.test')
    names.doubt('a.test')
    expect(asked).toHaveLength(2)
    names.doubt('other.test')
    expect(asked).toHaveLength(2)
  })

  it('that a reload drops are forgotten, and the others keep what they know', async () => {
    const { names, asked, clock, answer, find } = scene()
    names.follow(new Set(['a.test']))
    await answer({ addresses: at('10.0.0.1'), ttl: 60_000 })
    names.follow(new Set(['a.test', 'b.test']))
    await answer({ addresses: at('10.0.0.2'), ttl: 60_000 })
    names.follow(new Set(['b.test']))
    expect(clock.pending).toBe(1)
    expect(find('b.test').addresses).toBe('10.0.0.2')
    expect(asked.map(({ name }) => name)).toEqual(['a.test', 'b.test'])
    names.follow(new Set())
    expect(clock.pending).toBe(0)
  })

  it('that nobody looks after any more are asked for once more for who still needs them', async () => {
    const { names, find, answer, clock, asked } = scene()
    names.follow(new Set())
    const found = find('old.test')
    await answer({ addresses: at('10.0.0.1'), ttl: 1_000 })
    expect(found.addresses).toBe('10.0.0.1')
    expect([clock.pending, asked.length]).toEqual([0, 1])
  })

  it('dropped while they are asked for stay silent', async () => {
    const { names, answer, clock, told } = scene()
    names.follow(new Set(['a.test']))
    names.follow(new Set())
    await answer({ code: 'ENOTFOUND' })
    expect([clock.pending, told()]).toEqual([0, []])
    names[Symbol.dispose]()
  })

  it('are asked for 64 at a time', async () => {
    const { names, asked } = scene()
    names.follow(new Set(Array.from({ length: 200 }, (_, n) => `n${n}.test`)))
    expect(asked).toHaveLength(64)
    await asked[0]?.answer({ code: 'ENOTFOUND' })
    await asked[1]?.answer({ addresses: at('10.0.0.1'), ttl: 1 })
    expect(asked).toHaveLength(66)
    expect(asked.at(-1)?.name).toBe('n65.test')
  })
})
