// Every example is a file that loads without a word of complaint and does what its own comments say.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { steps } from '../../src/base/pointer.ts'
import { load } from '../../src/config/load.ts'
import type { Configured, Loaded, LoadRequest } from '../../src/config/loaded.ts'
import { explain } from '../../src/engine/explain.ts'
import { compile } from '../../src/snapshot/compile.ts'
import type { Snapshot } from '../../src/snapshot/snapshot.ts'
import { TUNNEL_PATH } from '../../src/tunnel/handshake.ts'
import { NOW } from '../support/config.ts'
import { type ExampleRequest, outcomeOf, readExampleComments } from '../support/example-requests.ts'
import { anchorsOf, blocksOf, linksOf } from '../support/markdown.ts'
import { luck } from '../support/wish.ts'
import { LAUNCHER } from '../support/world.ts'

const ROOT = fileURLToPath(new URL('../..', import.meta.url))
const EXAMPLES = join(ROOT, 'examples')
const TOUR = 'p2pstream.example.yaml'
const STORIES = readdirSync(EXAMPLES)
  .filter(name => name.endsWith('.yaml'))
  .map(name => `examples/${name}`)

const textOf = (file: string): string => readFileSync(join(ROOT, file), 'utf8')

interface Subject {
  readonly source: LoadRequest['source']
  readonly text: string
}

interface Ready {
  readonly loaded: Loaded
  readonly configured: Configured
}

/** Loads a subject whose references its own comments resolve; every finding is a failure. */
function ready({ source, text }: Subject): Ready {
  const { environment } = readExampleComments(text)
  const loaded = load({ source, environment, missingReferences: 'error', now: NOW })
  expect(loaded.outcome.diagnostics).toEqual([])
  if (!loaded.outcome.ok) throw new Error('a load without findings has a config')
  return { loaded, configured: loaded.outcome.value }
}

function snapshotOf({ loaded, configured }: Ready, changes: ExampleRequest['changes'] = []): Snapshot {
  const config = structuredClone(configured.config)
  for (const { at, value } of changes) change(config, steps(at), value)
  const compiled = compile({ ...configured, config })
  expect(loaded.locate(compiled.diagnostics)).toEqual([])
  if (!compiled.ok) throw new Error('a compilation without findings has a snapshot')
  return compiled.value
}

/** Changes a value that is there: a pointer that leads nowhere is a mistake of the example. */
function change(config: object, path: readonly string[], value: unknown): void {
  const owner = path.slice(0, -1).reduce<unknown>((held, step) => Reflect.get(Object(held), step), config)
  const key = path.at(-1) ?? ''
  expect(Object(owner)).toHaveProperty(key)
  Reflect.set(Object(owner), key, value)
}

function routeOf(read: Ready, { changes, request, listener, expected }: ExampleRequest): string | undefined {
  const explanation = explain(snapshotOf(read, changes), request, listener, luck())
  expect(outcomeOf(explanation, Object.keys(expected))).toEqual(expected)
  return explanation.kind === 'explained' ? explanation.route?.id : undefined
}

/** Tests of one file: it loads, each request goes where it says, and no route is there for nothing. */
function holds(subject: Subject): void {
  it('loads without a finding', () => {
    expect(snapshotOf(ready(subject)).routes.size).toBeGreaterThan(0)
  })

  const { requests } = readExampleComments(subject.text)
  const asked = requests.map(request => [request.text, request] as const)
  it.each(asked)('%s', (_, request) => void routeOf(ready(subject), request))
}

function holdsEveryRoute(subject: Subject): void {
  it('has a request for each of its routes', () => {
    const read = ready(subject)
    const taken = readExampleComments(subject.text).requests.map(request => routeOf(read, request))
    expect([...snapshotOf(read).routes.keys()].filter(id => !taken.includes(id))).toEqual([])
  })
}

describe.each([TOUR, ...STORIES])('%s', file => {
  const text = textOf(file)
  const subject = { source: { path: join(ROOT, file) }, text }
  holds(subject)
  holdsEveryRoute(subject)

  it('names its schema for editors, then says what it shows', () => {
    const schema = `${relative(join(ROOT, file, '..'), join(ROOT, 'schemas'))}/p2pstream.schema.json`
    const [first, second] = text.split('\n')
    expect(first).toBe(`# yaml-language-server: $schema=${schema.startsWith('.') ? schema : `./${schema}`}`)
    expect(second).toMatch(file === TOUR ? /^#$/ : /^# [A-Z].{20,}[.:]/)
  })
})

it('every file below examples/ belongs to a story', () => {
  const files = readdirSync(EXAMPLES, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile())
    .map(entry => join(entry.parentPath, entry.name))
  const used = STORIES.flatMap(file => {
    const subject = { source: { path: join(ROOT, file) }, text: textOf(file) }
    return ready(subject).loaded.watched.files
  })
  // Files of other programs are no part of the config: its comments name them.
  const isNamed = (file: string): boolean =>
    STORIES.some(story => textOf(story).includes(` ${relative(EXAMPLES, file)}`))
  expect(files.filter(file => !used.includes(file) && !isNamed(file))).toEqual([])
})

describe.each(['nginx.conf', 'Caddyfile', 'haproxy.cfg'])('examples/agent-tunnel/%s', name => {
  const story = join(EXAMPLES, 'agent-tunnel.yaml')
  const { config } = ready({ source: { path: story }, text: textOf('examples/agent-tunnel.yaml') }).configured
  const text = textOf(`examples/agent-tunnel/${name}`)
  const lines = text.split('\n').filter(line => !/^\s*#/.test(line))

  it('leads agents to the management address of its story, under its public name', () => {
    const { bind, port, public_url: url } = config.management ?? {}
    expect(lines.join('\n')).toContain(`${bind}:${port}`)
    expect(lines.join('\n')).toContain(new URL(url ?? '').host)
    expect(text).toContain(`--management-url ${url}`)
  })

  it('passes on the tunnel and the probe, and no other path', () => {
    const paths = lines.flatMap(line => line.match(/(?<=\s)\/(?:-|agent)\/[\w/*-]*/g) ?? [])
    expect([...new Set(paths)].sort()).toEqual(['/-/healthy', TUNNEL_PATH])
  })
})

describe('README.md', () => {
  const readme = textOf('README.md')
  const blocks = blocksOf(readme)
  const blocksWith = (language: string, note: string) =>
    blocks
      .filter(block => block.language === language && block.note === note)
      .map(block => [`line ${block.line}`, block] as const)

  it('has no YAML block that nobody checks', () => {
    const notes = new Set(blocks.filter(({ language }) => language === 'yaml').map(({ note }) => note))
    expect([...notes].sort()).toEqual(['', 'broken', 'fragment', 'workflow'])
  })

  describe.each(blocksWith('yaml', ''))('the file in %s', (name, { text }) => {
    holds({ source: { text, name }, text })
  })

  describe.each(blocksWith('yaml', 'fragment'))('the fragment in %s', (name, { text }) => {
    holds({ source: { text: completed(text), name }, text })
  })

  it.each(blocksWith('console', ''))('what the program prints, %s', (_, { text, line }) => {
    const [command = '', ...printed] = text.split('\n')
    const file = blocks.findLast(
      ({ language, note, line: before }) => language === 'yaml' && /^(broken)?$/.test(note) && before < line,
    )
    expect(command).toMatch(/^\$ p2pstream (explain|validate)/)
    expect(printedBy(command.split(' ').slice(2), file?.text ?? '')).toBe(printed.join('\n'))
  })

  it('shows a record as the access log writes it', () => {
    const [, block] = blocksWith('json', '')[0] ?? []
    const names = Object.keys(JSON.parse(block?.text ?? ''))
    const source = textOf('src/observe/access-json.ts')
    expect(names.filter(name => !source.includes(`"${name}":`))).toEqual([])
  })

  it('links to files and headings that are there', () => {
    const dead = linksOf(readme).filter(({ path, anchor }) => {
      if (!existsSync(join(ROOT, path))) return true
      return anchor !== '' && !anchorsOf(textOf(path === '' ? 'README.md' : path)).includes(anchor)
    })
    expect(dead).toEqual([])
  })
})

/** A file in which a fragment stands: what it doesn't say itself is as small as can be. */
function completed(fragment: string): string {
  const rest: Readonly<Record<string, string>> = {
    version: 'version: 1',
    listeners: 'listeners: { web: { protocol: http, port: 8080 } }',
    routes: 'routes: { rest: { listener: web, default: true, forward: { targets: [{ static: {} }] } } }',
  }
  const missing = Object.keys(rest).filter(key => !fragment.match(new RegExp(`^${key}:`, 'm')))
  return [...missing.map(key => rest[key]), fragment].join('\n')
}

/** What the program writes to stdout in a folder that holds the file. */
function printedBy(args: readonly string[], file: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'p2pstream-readme-'))
  try {
    writeFileSync(join(folder, 'p2pstream.yaml'), file)
    return spawnSync(process.execPath, [LAUNCHER, ...args], { cwd: folder, encoding: 'utf8' }).stdout
  } finally {
    rmSync(folder, { recursive: true })
  }
}
