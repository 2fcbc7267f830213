import { describe, expect, it } from 'vitest'
import type { Watched } from '../../../src/config/loaded.ts'
import { type Changes, openChanges, type WatchRules } from '../../../src/reload/changes.ts'
import type { Heard } from '../../../src/reload/watch.ts'
import { type HandClock, handClock } from '../../support/clock.ts'

const MAIN = '/c/p.yaml'
const WATCHED: Watched = { files: [MAIN], folders: [] }

interface Stage {
  readonly clock: HandClock
  readonly changes: Changes
  readonly files: Map<string, { word: string; changedAt: number }>
  readonly followed: Watched[]
  hint(): void
  due(): number
  /** A load as the loop makes it. */
  load(read?: Watched): Promise<string>
}

async function stage(rules: WatchRules = { debounce: 200, poll: 2000 }): Promise<Stage> {
  const clock = handClock()
  clock.wind(60_000)
  const files: Stage['files'] = new Map([[MAIN, { word: 'one', changedAt: clock.wall() - 30_000 }]])
  const followed: Watched[] = []
  let count = 0
  let heard: Heard | undefined
  const changes = openChanges({
    clock,
    rules,
    eyes: {
      async look({ files: paths }) {
        const sight = new Map(paths.map(path => [path, files.get(path)?.word ?? 'ENOENT']))
        const changedAt = new Map(paths.map(path => [path, files.get(path)?.changedAt ?? 0]))
        return { sight, changedAt }
      },
    },
    openEvents(told) {
      heard = told
      return {
        follow: async watched => void followed.push(watched),
        close: () => Promise.resolve(),
      }
    },
    onChange: () => {
      count += 1
    },
    onTrouble: () => {},
  })
  const load = async (read: Watched = WATCHED): Promise<string> =>
    changes.follow(read, await changes.look(), clock.wall())
  await load()
  return { clock, changes, files, followed, load, hint: () => heard?.hint(), due: () => count }
}

describe('a change', () => {
  it('is due when it was quiet for the debounce', async () => {
    const { clock, hint, due } = await stage()
    hint()
    await clock.windAsync(150)
    hint()
    await clock.windAsync(199)
    expect(due()).toBe(0)
    await clock.windAsync(1)
    expect(due()).toBe(1)
  })

  it('is due two seconds after the first sign, however restless the writer', async () => {
    const { clock, hint, due } = await stage({ debounce: 200, poll: 0 })
    for (let n = 0; n < 40; n++) {
      hint()
      await clock.windAsync(50)
    }
    expect(due()).toBe(1)
    for (let n = 0; n < 39; n++) {
      hint()
      await clock.windAsync(50)
    }
    expect(due()).toBe(1)
    await clock.windAsync(200)
    expect(due()).toBe(2)
  })

  it('that no event told of is found by the poll', async () => {
    const { clock, files, due } = await stage()
    files.set(MAIN, { word: 'two', changedAt: clock.wall() })
    await clock.windAsync(2000)
    expect(due()).toBe(0)
    await clock.windAsync(200)
    expect(due()).toBe(1)
  })

  it('that still goes on is waited for by its content, where there are no events', async () => {
    const { clock, files, due } = await stage()
    files.set(MAIN, { word: 'two', changedAt: clock.wall() })
    await clock.windAsync(2100)
    files.set(MAIN, { word: 'two and more', changedAt: clock.wall() })
    await clock.windAsync(200)
    expect(due()).toBe(0)
    await clock.windAsync(200)
    expect(due()).toBe(1)
  })

  it('is never polled for with a poll of 0, until a reload turns it on', async () => {
    const { clock, changes, files, due } = await stage({ debounce: 200, poll: 0 })
    files.set(MAIN, { word: 'two', changedAt: clock.wall() })
    await clock.windAsync(60_000)
    expect(due()).toBe(0)
    changes.configure({ debounce: 10, poll: 500 })
    await clock.windAsync(510)
    expect(due()).toBe(1)
  })

  it('that was loaded is no change', async () => {
    const { clock, changes, files, load, due } = await stage()
    files.set(MAIN, { word: 'two', changedAt: clock.wall() })
    expect(changes.isLoaded(await changes.look())).toBe(false)
    await load()
    expect(changes.isLoaded(await changes.look())).toBe(true)
    await clock.windAsync(60_000)
    expect(due()).toBe(0)
  })

  it('during a load is due after it', async () => {
    const { clock, changes, files, due } = await stage()
    const seen = await changes.look()
    const since = clock.wall()
    files.set(MAIN, { word: 'two', changedAt: clock.wall() })
    await changes.follow(WATCHED, seen, since)
    await clock.windAsync(200)
    expect(due()).toBe(1)
  })

  it('of a file that the load met for the first time is not missed either', async () => {
    const { clock, changes, files, load, due } = await stage()
    const other = { files: [MAIN, '/c/new.html'], folders: [] }
    files.set('/c/new.html', { word: 'x', changedAt: clock.wall() })
    await load(other)
    expect(changes.isLoaded(await changes.look())).toBe(false)
    await clock.windAsync(200)
    expect(due()).toBe(1)
    await load(other)
    expect(changes.isLoaded(await changes.look())).toBe(true)
    await clock.windAsync(60_000)
    expect(due()).toBe(1)
  })

  it('is looked for in what the last load read, or in the same as before if that is unknown', async () => {
    const { changes, followed, clock } = await stage()
    const more = { files: [MAIN, '/c/more.yaml'], folders: ['/c'] }
    await changes.follow(more, await changes.look(), clock.wall())
    await changes.follow(undefined, await changes.look(), clock.wall())
    expect(followed).toEqual([WATCHED, more, more])
  })

  it('has a name for all that was read', async () => {
    const { files, load, clock } = await stage()
    const before = await load()
    files.set(MAIN, { word: 'two', changedAt: clock.wall() })
    const after = await load()
    expect(after).not.toBe(before)
    expect(await load()).toBe(after)
  })

  it('after the end is nothing, and no timer stays', async () => {
    const { clock, changes, hint, due } = await stage()
    hint()
    await changes.close()
    hint()
    expect(clock.pending).toBe(0)
    await clock.windAsync(10_000)
    expect(due()).toBe(0)
  })
})
