import { describe, expect, it } from 'vitest'
import type { Diagnostic } from '../../../src/base/diagnostic.ts'
import { bad, good } from '../../../src/base/outcome.ts'
import type { Configured } from '../../../src/config/loaded.ts'
import type { EventName } from '../../../src/observe/events.ts'
import type { Fields, Log } from '../../../src/observe/log.ts'
import { openReloader, type Reloader } from '../../../src/reload/reload.ts'
import type { Load } from '../../../src/reload/worker.ts'
import type { Plan } from '../../../src/snapshot/plan.ts'
import type { Snapshot } from '../../../src/snapshot/snapshot.ts'
import { handClock, settle } from '../../support/clock.ts'

const PROBLEM: Diagnostic = { code: 'yaml/syntax', severity: 'error', message: 'odd', at: '', on: 'value' }
const DOUBT: Diagnostic = { ...PROBLEM, severity: 'warning', message: 'doubtful' }

const NONE = { added: [], removed: [], changed: [], kept: 0 }
const PLAN: Plan = {
  listeners: [
    { kind: 'opened', id: 'web', address: '*:80', why: 'new address' },
    { kind: 'kept', id: 'old', address: '*:81', why: 'unchanged' },
  ],
  certificates: NONE,
  agents: NONE,
  routes: { ...NONE, added: [{ id: 'a', why: 'new' }], kept: 3 },
  pools: NONE,
  targets: NONE,
  profiles: NONE,
}

/** What the fake file says: a revision, its routes, and what is wrong with it. */
interface Content {
  readonly revision: string
  readonly routes?: readonly string[]
  readonly maxRemovedRoutes?: number
  readonly trouble?: 'text' | 'compile' | 'port' | 'crash' | 'locate'
}

function snapshotOf({ revision, routes = ['a'], maxRemovedRoutes = 1 }: Content): Snapshot {
  const reload = { debounce: 200, poll: 2000, maxRemovedRoutes }
  return {
    revision,
    routes: new Map(routes.map(id => [id, { enabled: !id.startsWith('-') }])),
    reload,
  } as unknown as Snapshot
}

function stage(first: Content = { revision: 'one' }) {
  const clock = handClock()
  let content = first
  let loaded: Content | undefined
  let adoptions = 0
  let current: Snapshot | undefined
  let onChange = (): void => {}
  let open = Promise.resolve()
  const told: [EventName, Fields | undefined][] = []
  const counts = { loads: 0, atOnce: 0, mostAtOnce: 0, ended: 0, applied: 0 }
  const tell = (event: EventName, fields?: Fields): void => void told.push([event, fields])
  const log: Log = { trace: tell, debug: tell, info: tell, warn: tell, error: tell }
  const finding = (diagnostic: Diagnostic) => ({ diagnostic, frame: undefined })

  async function load(): Promise<Load> {
    counts.loads += 1
    counts.atOnce += 1
    counts.mostAtOnce = Math.max(counts.mostAtOnce, counts.atOnce)
    const read = content
    await open
    if (read.trouble === 'crash') {
      counts.atOnce -= 1
      throw new Error('the thread broke')
    }
    return {
      configured: read.trouble === 'text' ? undefined : (read as unknown as Configured),
      findings: [finding(read.trouble === 'text' ? PROBLEM : DOUBT)],
      watched: { files: ['/c/p.yaml'], folders: [], seen: new Map() },
      async locate(diagnostics) {
        if (read.trouble === 'locate') throw new Error('the thread is gone')
        return diagnostics.map(finding)
      },
      async end() {
        counts.atOnce -= 1
        counts.ended += 1
      },
    }
  }

  const reloader: Reloader = openReloader({
    clock,
    log,
    breathe: () => Promise.resolve(),
    load,
    *compile(configured) {
      const read = configured as unknown as Content
      yield
      return read.trouble === 'compile' || read.trouble === 'locate' ? bad([PROBLEM]) : good(snapshotOf(read))
    },
    engine: {
      async adopt(next) {
        if ((content.trouble ?? '') === 'port') return { ok: false, diagnostics: [PROBLEM] }
        current = next
        adoptions += 1
        return { ok: true, generation: adoptions, plan: PLAN }
      },
      get current() {
        return current
      },
      get generation() {
        return adoptions
      },
    },
    openChanges(due) {
      onChange = due
      return {
        look: async () => new Map([['/c/p.yaml', JSON.stringify(content)]]),
        isLoaded: sight => sight.get('/c/p.yaml') === JSON.stringify(loaded),
        follow: async (_, seen) => {
          const word = seen.get('/c/p.yaml') ?? ''
          loaded = JSON.parse(word)
          return word
        },
        configure: () => {},
        close: () => Promise.resolve(),
      }
    },
    onApplied: () => {
      counts.applied += 1
    },
  })
  return {
    clock,
    reloader,
    told,
    counts,
    current: () => current,
    write(next: Content) {
      content = next
    },
    change: () => onChange(),
    /** Keeps every load from ending until it is called. */
    hold(): () => void {
      const { promise, resolve } = Promise.withResolvers<void>()
      open = promise
      return resolve
    },
  }
}

const events = (told: readonly (readonly [EventName, unknown])[]): readonly EventName[] =>
  told.map(([event]) => event)

describe('a load', () => {
  it('makes a good file live and tells it once, with its warnings', async () => {
    const { reloader, told, counts, current } = stage()
    expect(await reloader.load('start')).toMatchObject({ kind: 'applied', cause: 'start' })
    expect(current()?.revision).toBe('one')
    expect(counts).toMatchObject({ loads: 1, ended: 1, applied: 1 })
    expect(told).toEqual([
      [
        'config/applied',
        expect.objectContaining({
          generation: 1,
          revision: 'one',
          routes: { added: 1, changed: 0, removed: 0, kept: 3 },
          listeners: ['web *:80 opened'],
          warnings: 1,
          errors: 0,
        }),
      ],
    ])
    expect(reloader.status).toMatchObject({
      generation: 1,
      revision: 'one',
      appliedAt: Date.UTC(2026, 10, 20),
    })
  })

  it.each(['text', 'compile', 'port'] as const)('keeps what runs when the %s is wrong', async trouble => {
    const { reloader, told, write, current, counts } = stage()
    await reloader.load('start')
    write({ revision: 'two', trouble })
    expect(await reloader.load('request')).toMatchObject({
      kind: 'rejected',
      findings: [{ diagnostic: PROBLEM }],
    })
    expect(current()?.revision).toBe('one')
    expect(events(told)).toEqual(['config/applied', 'config/rejected'])
    expect(told[1]?.[1]).toMatchObject({ errors: 1, findings: [{ code: 'yaml/syntax', message: 'odd' }] })
    expect(reloader.status).toMatchObject({ generation: 1, revision: 'one', last: { kind: 'rejected' } })
    expect(reloader.status.source).not.toBe(reloader.status.appliedSource)
    expect(counts).toMatchObject({ applied: 1, ended: 2 })
  })

  it('of a bad edit and then its exact revert ends with success and without an adoption', async () => {
    const { reloader, told, write, change } = stage()
    await reloader.load('start')
    write({ revision: 'one', trouble: 'text' })
    change()
    await settle()
    write({ revision: 'one' })
    change()
    await settle()
    expect(events(told)).toEqual(['config/applied', 'config/rejected', 'config/unchanged'])
    expect(reloader.status).toMatchObject({ generation: 1, last: { kind: 'unchanged' } })
    expect(reloader.status.source).toBe(reloader.status.appliedSource)
  })

  it('is not made for a change that is none', async () => {
    const { reloader, change, counts, told } = stage()
    await reloader.load('start')
    change()
    await settle()
    expect(counts.loads).toBe(1)
    expect(told).toHaveLength(1)
  })

  it('is made for a request even so', async () => {
    const { reloader, counts } = stage()
    await reloader.load('start')
    expect(await reloader.load('request')).toMatchObject({ kind: 'unchanged' })
    expect(counts.loads).toBe(2)
  })

  it('says nothing of its own when the very first one is refused: the command does', async () => {
    const { reloader, told } = stage({ revision: 'one', trouble: 'text' })
    expect(await reloader.load('start')).toMatchObject({ kind: 'rejected' })
    expect(told).toEqual([])
  })

  it.each(['crash', 'locate'] as const)(
    'that breaks (%s) is our fault, and the next one works',
    async trouble => {
      const { reloader, write, told, current } = stage()
      await reloader.load('start')
      write({ revision: 'two', trouble })
      expect(await reloader.load('request')).toMatchObject({ kind: 'failed', error: expect.any(Error) })
      write({ revision: 'three' })
      expect(await reloader.load('request')).toMatchObject({ kind: 'applied' })
      expect(current()?.revision).toBe('three')
      expect(events(told)).toEqual(['config/applied', 'internal/error', 'config/applied'])
    },
  )
})

describe('loads', () => {
  it('run one at a time; those asked for meanwhile are one, which reads the newest content', async () => {
    const { reloader, write, counts, hold, current } = stage()
    await reloader.load('start')
    const release = hold()
    write({ revision: 'two' })
    const second = reloader.load('request')
    await settle()
    write({ revision: 'three' })
    const third = reloader.load('change')
    write({ revision: 'four' })
    const fourth = reloader.load('request')
    release()
    expect(await second).toMatchObject({ kind: 'applied' })
    expect(await third).toBe(await fourth)
    expect(current()?.revision).toBe('four')
    expect(counts).toMatchObject({ loads: 3, mostAtOnce: 1, ended: 3 })
  })

  it('are over after the close', async () => {
    const { reloader, write, counts, current } = stage()
    await reloader.load('start')
    await reloader.close()
    write({ revision: 'two' })
    await reloader.load('request')
    expect(counts.loads).toBe(1)
    expect(current()?.revision).toBe('one')
  })
})

it('a load that is under way at the close comes to nothing, and is not waited for', async () => {
  const { reloader, write, hold, current, told } = stage()
  await reloader.load('start')
  const release = hold()
  write({ revision: 'two' })
  const under = reloader.load('request')
  await settle()
  await reloader.close()
  release()
  expect(await under).toMatchObject({ kind: 'applied', cause: 'start' })
  expect(current()?.revision).toBe('one')
  expect(events(told)).toEqual(['config/applied'])
})

describe('max_removed_routes', () => {
  const routes = ['a', 'b', 'c', 'd']

  it.each([
    [0.5, ['a', 'b'], 'applied'],
    [0.5, ['a'], 'rejected'],
    [0.5, ['a', 'x', 'y', 'z'], 'rejected'],
    [0, ['a', 'b', 'c'], 'rejected'],
    [0, ['a', 'b', 'c', 'd', 'e'], 'applied'],
    [1, [], 'applied'],
    [0.25, ['a', 'b', 'c', '-d'], 'applied'],
    [0.2, ['a', 'b', 'c', '-d'], 'rejected'],
  ] as const)('of %d, when %j stay, ends as %s', async (maxRemovedRoutes, left, kind) => {
    const { reloader, write } = stage({ revision: 'one', routes, maxRemovedRoutes })
    await reloader.load('start')
    // The limit that runs counts, not the one of the file that lost its settings.
    write({ revision: 'two', routes: left, maxRemovedRoutes: 1 })
    expect(await reloader.load('change')).toMatchObject({ kind })
  })
})
