import { describe, expect, it } from 'vitest'
import type { Watched } from '../../../src/config/loaded.ts'
import { type Changes, openChanges, type WatchRules } from '../../../src/reload/changes.ts'
import type { Heard } from '../../../src/reload/watch.ts'
import { type HandClock, handClock } from '../../support/clock.ts'

const MAIN = '/c/p.yaml'

interface Stage {
  readonly clock: HandClock
  readonly changes: Changes
  /** What is in each file. */
  readonly files: Map<string, string>
  readonly followed: Watched[]
  hint(): void
  due(): number
  /** What a load reads now. */
  read(...paths: readonly string[]): Watched
  /** A load as the loop makes it. */
  load(...paths: readonly string[]): Promise<string>
}

async function stage(rules: WatchRules = { debounce: 200, poll: 2000 }): Promise<Stage> {
  const clock = handClock()
  clock.wind(60_000)
  const files: Stage['files'] = new Map([[MAIN, 'one']])
  const followed: Watched[] = []
  const wordsOf = (paths: readonly string[]): Map<string, string> =>
    new Map(paths.map(path => [path, files.get(path) ?? 'ENOENT']))
  const read = (...paths: readonly string[]): Watched => ({ files: paths, folders: [], seen: wordsOf(paths) })
  let count = 0
  let heard: Heard | undefined
  const changes = openChanges({
    clock,
    rules,
    eyes: {
      async look({ files: paths }) {
        return wordsOf(paths)
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
  const load = async (...paths: readonly string[]): Promise<string> =>
    changes.follow(read(...(paths.length === 0 ? [MAIN] : paths)), await changes.look())
  await load()
  return { clock, changes, files, followed, read, load, hint: () => heard?.hint(), due: () => count }
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
    files.set(MAIN, 'two')
    await clock.windAsync(2000)
    expect(due()).toBe(0)
    await clock.windAsync(200)
    expect(due()).toBe(1)
  })

  it('that still goes on is waited for by its content, where there are no events', async () => {
    const { clock, files, due } = await stage()
    files.set(MAIN, 'two')
    await clock.windAsync(2100)
    files.set(MAIN, 'two and more')
    await clock.windAsync(200)
    expect(due()).toBe(0)
    await clock.windAsync(200)
    expect(due()).toBe(1)
  })

  it('is never polled for with a poll of 0, until a reload turns it on', async () => {
    const { clock, changes, files, due } = await stage({ debounce: 200, poll: 0 })
    files.set(MAIN, 'two')
    await clock.windAsync(60_000)
    expect(due()).toBe(0)
    changes.configure({ debounce: 10, poll: 500 })
    await clock.windAsync(510)
    expect(due()).toBe(1)
  })

  it('that was loaded is no change', async () => {
    const { clock, changes, files, load, due } = await stage()
    files.set(MAIN, 'two')
    expect(changes.isLoaded(await changes.look())).toBe(false)
    await load()
    expect(changes.isLoaded(await changes.look())).toBe(true)
    await clock.windAsync(60_000)
    expect(due()).toBe(0)
  })

  it('after its file was read is due after the load', async () => {
    const { clock, changes, files, read, due } = await stage()
    const before = await changes.look()
    const loaded = read(MAIN)
    files.set(MAIN, 'two')
    await changes.follow(loaded, before)
    await clock.windAsync(200)
    expect(due()).toBe(1)
  })

  it('before its file was read is in the load', async () => {
    const { clock, changes, files, read, due } = await stage()
    const before = await changes.look()
    files.set(MAIN, 'two')
    await changes.follow(read(MAIN), before)
    await clock.windAsync(60_000)
    expect(due()).toBe(0)
  })

  it("back to what a load looked at, but didn't read, is due", async () => {
    const { clock, changes, files, read, due } = await stage()
    const before = await changes.look()
    files.set(MAIN, 'two')
    const loaded = read(MAIN)
    files.set(MAIN, 'one')
    await changes.follow(loaded, before)
    expect(changes.isLoaded(await changes.look())).toBe(false)
    await clock.windAsync(200)
    expect(due()).toBe(1)
  })

  it('of a file that was read for the first time is none, however fresh it is', async () => {
    const { clock, files, load, due } = await stage()
    files.set('/c/new.html', 'x')
    await load(MAIN, '/c/new.html')
    await clock.windAsync(60_000)
    expect(due()).toBe(0)
  })

  it('of a file that no load can read is due once, so that none is missed', async () => {
    const { clock, changes, files, due } = await stage()
    files.set('/c/large.html', 'x')
    const large = { files: ['/c/large.html'], folders: [], seen: new Map() }
    await changes.follow(large, await changes.look())
    await clock.windAsync(200)
    expect(due()).toBe(1)
    await changes.follow(large, await changes.look())
    await clock.windAsync(60_000)
    expect(due()).toBe(1)
  })

  it('is looked for in what the last load read, or in the same as before if that is unknown', async () => {
    const { changes, followed, read } = await stage()
    const more = read(MAIN, '/c/more.yaml')
    await changes.follow(more, await changes.look())
    await changes.follow(undefined, await changes.look())
    expect(followed).toEqual([read(MAIN), more, more])
  })

  it('has a name for all that was read', async () => {
    const { files, load } = await stage()
    const before = await load()
    files.set(MAIN, 'two')
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
