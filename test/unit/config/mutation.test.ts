import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { stringify } from 'yaml'
import { compile } from '../../../src/snapshot/compile.ts'
import { loadText } from './support.ts'

const SOUND = {
  version: 1,
  defaults: { peer: { read_timeout: '5s' } },
  server: { limits: { max_headers: 10 }, trusted_proxies: ['10.0.0.0/8'], reload: { poll: '1s' } },
  logging: { level: 'info', access: { sample: '10%' } },
  listeners: {
    web: { protocol: 'http', port: 8080, error_pages: { '502': 'sorry' } },
    local: { protocol: 'http', bind: 'unix:/run/a.sock', mode: '0660', limits: { header_timeout: '1s' } },
  },
  templates: {
    sorry: { kind: 'error_page', body: '{{ .status }}' },
    page: { kind: 'generic_body', body: 'hello', content_type: 'text/html' },
  },
  upstreams: {
    pool: {
      name: 'Pool',
      load_balancing: 'round_robin',
      tags: ['a'],
      targets: [
        { id: 'one', url: 'http://127.0.0.1:3000', weight: 5, basic_auth: { username: 'a', password: 'b' } },
        { static: { status: 200, headers: { A: ['b', 'c'] }, template: 'page' }, priority_group: 1 },
      ],
    },
  },
  routes: {
    a: {
      listener: ['web', 'local'],
      match: { host: ['a.example.com', '*.b.example.com'], path_prefix: '/a', methods: ['GET'] },
      rewrite: { strip_prefix: '/a', add_prefix: '/b' },
      request_headers: { set: { X: 'y' }, add: { Z: ['1'] }, remove: ['Cookie'] },
      forward: { upstream: 'pool', response_header_timeout: '5s', peer: { idle_timeout: null } },
    },
    b: {
      listener: 'web',
      match: { path: '/b' },
      redirect: { mode: 'same_host_path', target: '/c', status: 307 },
    },
    c: { listener: 'web', default: true, forward: { targets: [{ url: 'localhost:3000' }] } },
  },
}

/** The ways to every value but the top. */
function* ways(value: unknown, way: readonly string[] = []): Generator<readonly string[]> {
  if (way.length > 0) yield way
  if (value === null || typeof value !== 'object') return
  for (const [key, member] of Object.entries(value)) yield* ways(member, [...way, key])
}

const WAYS = [...ways(SOUND)]
const odd: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    '',
    0,
    -1,
    1.5,
    true,
    [],
    {},
    [null],
    [[]],
    { a: 1 },
    '${env:A}',
    '${env:NONE}',
    '${',
    'x'.repeat(300),
    '\uD800',
    'a\nb',
    9e20,
    'https://a',
    '/',
    'unix:/a',
    'web',
    'pool',
    'sorry',
    '5s',
    '5',
    '100%',
    '__proto__',
  ),
  fc.string(),
  fc.jsonValue(),
)
const change = fc.record({
  way: fc.constantFrom(...WAYS),
  how: fc.constantFrom('replace', 'remove', 'rename', 'wrap', 'copy'),
  value: odd,
  from: fc.constantFrom(...WAYS),
})

function changed(
  config: unknown,
  { way, how, value, from }: typeof change extends fc.Arbitrary<infer C> ? C : never,
): void {
  const holder = way
    .slice(0, -1)
    .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], config)
  const key = way.at(-1) ?? ''
  if (holder === null || typeof holder !== 'object' || !Object.hasOwn(holder, key)) return
  const owner = holder as Record<string, unknown>
  const other = from.reduce<unknown>((at, step) => (at as Record<string, unknown> | undefined)?.[step], SOUND)
  if (how === 'replace') owner[key] = value
  else if (how === 'copy') owner[key] = structuredClone(other)
  else if (how === 'wrap') owner[key] = [owner[key]]
  else {
    if (how === 'rename' && !Array.isArray(owner)) owner[String(from.at(-1))] = owner[key]
    if (Array.isArray(owner)) owner.splice(Number(key), 1)
    else delete owner[key]
  }
}

describe('any config', () => {
  it('the one that is changed is sound', () => {
    expect(loadText(stringify(SOUND)).outcome.diagnostics).toEqual([])
  })

  it('is loaded, or refused with a place for every finding; what is loaded compiles', () => {
    fc.assert(
      fc.property(
        fc.array(change, { minLength: 1, maxLength: 3 }),
        fc.constantFrom('note', 'error'),
        (changes, missing) => {
          const config = structuredClone(SOUND)
          for (const one of changes) changed(config, one)
          const loaded = loadText(stringify(config, { lineWidth: 0 }), {
            environment: { A: 'a' },
            missingReferences: missing as 'note',
          })
          for (const { place, message, help } of loaded.outcome.diagnostics) {
            expect(place?.line).toBeGreaterThan(0)
            expect(`${message} ${help}`).not.toMatch(/\[object|\bundefined [a-z]|NaN/)
            if (place !== undefined) expect(loaded.frame(place)).toBeDefined()
          }
          if (loaded.outcome.ok) expect(compile(loaded.outcome.value).ok).toBe(true)
        },
      ),
      { numRuns: 100 },
    )
  }, 600_000)
})
