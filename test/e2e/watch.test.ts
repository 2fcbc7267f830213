// Every way in which people and programs change files, seen by the real watcher and loaded by the real loader.
import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { nextTurn, systemClock } from '../../src/base/clock.ts'
import type { EventName } from '../../src/observe/events.ts'
import type { Log } from '../../src/observe/log.ts'
import { openChanges } from '../../src/reload/changes.ts'
import { openReloader, type Reloader } from '../../src/reload/reload.ts'
import { openEyes } from '../../src/reload/sight.ts'
import { type FileEvents, openFileEvents } from '../../src/reload/watch.ts'
import { openLoader } from '../../src/reload/worker.ts'
import { compileSteps } from '../../src/snapshot/compile.ts'
import { plan } from '../../src/snapshot/plan.ts'
import type { Snapshot } from '../../src/snapshot/snapshot.ts'
import { NOW } from '../support/config.ts'

const SILENT_EVENTS: FileEvents = { follow: () => Promise.resolve(), close: () => Promise.resolve() }

const loader = openLoader()
afterAll(() => loader.close())

let folder: string
let reloader: Reloader | undefined
let adopted: Snapshot[]
let told: EventName[]

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'p2pstream-watch-')))
  adopted = []
  told = []
})
afterEach(async () => {
  await reloader?.close()
  reloader = undefined
  rmSync(folder, { recursive: true })
})

/** A whole config whose one body says `word`. */
function config(word: string, { poll = '0', extra = '' } = {}): string {
  return `version: 1
server: { reload: { debounce: 60ms, poll: ${poll} } }
${extra}
listeners: { web: { protocol: http, port: 8080 } }
routes:
  a: { listener: web, match: { path: / }, forward: { targets: [{ static: { body: ${word} } }] } }
`
}

function path(name: string): string {
  return join(folder, name)
}

function bodyOf(id: string): string | undefined {
  const action = adopted.at(-1)?.routes.get(id)?.action
  const target = action?.kind === 'forward' ? action.pool.targets[0] : undefined
  return target?.kind === 'static' ? Buffer.from(target.answer.body).toString() : undefined
}

async function start(
  file: string,
  events: 'events' | 'poll' = 'events',
  afterRead: () => void = () => {},
): Promise<void> {
  const clock = systemClock()
  const tell = (event: EventName): void => void told.push(event)
  const log: Log = { trace: tell, debug: tell, info: tell, warn: tell, error: tell }
  reloader = openReloader({
    clock,
    log,
    breathe: nextTurn,
    compile: compileSteps,
    async load() {
      const loaded = await loader.load({
        source: { path: file },
        environment: {},
        missingReferences: 'error',
        now: NOW,
      })
      afterRead()
      return loaded
    },
    engine: {
      async adopt(next) {
        const before = adopted.at(-1)
        adopted.push(next)
        return { ok: true, generation: adopted.length, plan: plan(before, next) }
      },
      get current() {
        return adopted.at(-1)
      },
      get generation() {
        return adopted.length
      },
    },
    openChanges: onChange =>
      openChanges({
        clock,
        eyes: openEyes(clock),
        openEvents: events === 'events' ? openFileEvents : () => SILENT_EVENTS,
        rules: { debounce: 60, poll: 0 },
        onChange,
        onTrouble: error => {
          throw error
        },
      }),
    onApplied: () => {},
  })
  expect(await reloader.load('start')).toMatchObject({ kind: 'applied' })
}

/** Waits until the route `a` says the word. */
async function expectLive(word: string, route = 'a'): Promise<void> {
  await vi.waitFor(() => expect(bodyOf(route)).toBe(word), { timeout: 8000, interval: 20 })
}

async function expectTold(event: EventName): Promise<void> {
  await vi.waitFor(() => expect(told.at(-1)).toBe(event), { timeout: 8000, interval: 20 })
}

/** Every change is made three times: a watch that survives only the first is the usual mistake. */
const WORDS = ['two', 'three', 'four']

const WAYS: Readonly<Record<string, (file: string, text: string) => void | Promise<void>>> = {
  'a write in place': (file, text) => writeFileSync(file, text),
  'truncate, a pause, write': async (file, text) => {
    truncateSync(file)
    await sleep(30)
    writeFileSync(file, text)
  },
  'a write in pieces': async (file, text) => {
    writeFileSync(file, text.slice(0, 40))
    await sleep(30)
    appendFileSync(file, text.slice(40, 120))
    await sleep(30)
    appendFileSync(file, text.slice(120))
  },
  'a rename over it': (file, text) => {
    writeFileSync(`${file}.new`, text)
    renameSync(`${file}.new`, file)
  },
  'an editor that moves the old file away': (file, text) => {
    renameSync(file, `${file}~`)
    writeFileSync(file, text)
    unlinkSync(`${file}~`)
  },
  'delete and recreate': async (file, text) => {
    unlinkSync(file)
    await sleep(20)
    writeFileSync(file, text)
  },
}

describe.each(['events', 'poll'] as const)('by %s alone,', by => {
  const poll = by === 'poll' ? '150ms' : '0'

  it.each(Object.keys(WAYS))('%s becomes live, again and again', async way => {
    const file = path('p2pstream.yaml')
    writeFileSync(file, config('one', { poll }))
    await start(file, by)
    for (const word of WORDS) {
      await WAYS[way]?.(file, config(word, { poll }))
      await expectLive(word)
    }
    expect(told).not.toContain('internal/error')
  })

  it('sed -i becomes live, again and again', async () => {
    const file = path('p2pstream.yaml')
    writeFileSync(file, config('one', { poll }))
    await start(file, by)
    for (const word of WORDS) {
      execFileSync('sed', ['-i', `s/body: [a-z]*/body: ${word}/`, file])
      await expectLive(word)
    }
  })

  it('a ConfigMap of Kubernetes becomes live at every swap of its ..data link', async () => {
    const swap = (word: string): void => {
      mkdirSync(path(`..${word}`))
      writeFileSync(path(`..${word}/p2pstream.yaml`), config(word, { poll }))
      symlinkSync(`..${word}`, path('..data_tmp'))
      renameSync(path('..data_tmp'), path('..data'))
    }
    swap('one')
    symlinkSync('..data/p2pstream.yaml', path('p2pstream.yaml'))
    await start(path('p2pstream.yaml'), by)
    let before = 'one'
    for (const word of [...WORDS, 'five', 'six']) {
      swap(word)
      rmSync(path(`..${before}`), { recursive: true })
      before = word
      await expectLive(word)
    }
  })

  it('a link that is pointed elsewhere becomes live, and so do edits of where it leads', async () => {
    mkdirSync(path('elsewhere'))
    writeFileSync(path('elsewhere/1.yaml'), config('one', { poll }))
    writeFileSync(path('elsewhere/2.yaml'), config('two', { poll }))
    symlinkSync(path('elsewhere/1.yaml'), path('p2pstream.yaml'))
    await start(path('p2pstream.yaml'), by)
    symlinkSync(path('elsewhere/2.yaml'), path('link'))
    renameSync(path('link'), path('p2pstream.yaml'))
    await expectLive('two')
    writeFileSync(path('elsewhere/2.yaml'), config('three', { poll }))
    await expectLive('three')
    writeFileSync(path('elsewhere/new'), config('four', { poll }))
    renameSync(path('elsewhere/new'), path('elsewhere/2.yaml'))
    await expectLive('four')
  })

  it('included files become live: edited, new, and gone again', async () => {
    const route = (id: string, word: string): string =>
      `routes: { ${id}: { listener: web, match: { path: /${id} }, forward: { targets: [{ static: { body: ${word} } }] } } }\n`
    const main = config('one', { poll, extra: 'include: [more.yaml, "conf.d/*.yaml"]' })
    mkdirSync(path('conf.d'))
    writeFileSync(path('more.yaml'), route('m', 'one'))
    writeFileSync(path('p2pstream.yaml'), main)
    await start(path('p2pstream.yaml'), by)
    writeFileSync(path('more.yaml'), route('m', 'two'))
    await expectLive('two', 'm')
    writeFileSync(path('conf.d/x.yaml'), route('x', 'one'))
    await expectLive('one', 'x')
    writeFileSync(path('conf.d/x.yaml'), route('x', 'two'))
    await expectLive('two', 'x')
    unlinkSync(path('conf.d/x.yaml'))
    await vi.waitFor(() => expect(adopted.at(-1)?.routes.has('x')).toBe(false), { timeout: 8000 })
  })

  it('a body_file becomes live', async () => {
    const extra = 'templates: { page: { kind: generic_body, body_file: pages/page.html } }'
    const text = config('one', { poll, extra }).replace('body: one', 'template: page')
    mkdirSync(path('pages'))
    writeFileSync(path('pages/page.html'), 'one')
    writeFileSync(path('p2pstream.yaml'), text)
    await start(path('p2pstream.yaml'), by)
    for (const word of WORDS) {
      writeFileSync(path('pages/page.html'), word)
      await expectLive(word)
    }
  })

  it('a mistake changes nothing, and its exact revert ends in success', async () => {
    const file = path('p2pstream.yaml')
    const good = config('one', { poll })
    writeFileSync(file, good)
    await start(file, by)
    writeFileSync(file, good.replace('static', 'statc'))
    await expectTold('config/rejected')
    writeFileSync(file, good)
    await expectTold('config/unchanged')
    expect(reloader?.status).toMatchObject({ generation: 1, last: { kind: 'unchanged' } })
    expect(adopted).toHaveLength(1)
    unlinkSync(file)
    await expectTold('config/rejected')
    writeFileSync(file, config('two', { poll }))
    await expectLive('two')
  })
})

it('the same content written again and a busy neighbour cause no load', async () => {
  const file = path('p2pstream.yaml')
  writeFileSync(file, config('one', { poll: '100ms' }))
  await start(file)
  for (let n = 0; n < 20; n++) {
    writeFileSync(path('neighbour.log'), String(n))
    writeFileSync(path('new'), config('one', { poll: '100ms' }))
    renameSync(path('new'), file)
    await sleep(40)
  }
  await sleep(300)
  expect(told).toEqual(['config/applied'])
})

it('a hundred rewrites in a second end with the last one live', async () => {
  const file = path('p2pstream.yaml')
  writeFileSync(file, config('one'))
  await start(file)
  for (let n = 0; n < 100; n++) {
    writeFileSync(`${file}.new`, config(`word-${n}`))
    renameSync(`${file}.new`, file)
    await sleep(10)
  }
  await expectLive('word-99')
  expect(adopted.length).toBeLessThan(20)
})

it('a change between the first read and the first watch is not lost', async () => {
  const file = path('p2pstream.yaml')
  writeFileSync(file, config('one'))
  let isFirst = true
  await start(file, 'events', () => {
    if (isFirst) writeFileSync(file, config('two'))
    isFirst = false
  })
  await expectLive('two')
})
