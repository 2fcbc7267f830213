import { describe, expect, it } from 'vitest'
import { compile } from '../../../src/snapshot/compile.ts'
import { plan } from '../../../src/snapshot/plan.ts'
import type { Snapshot } from '../../../src/snapshot/snapshot.ts'
import { type ConfigWords, configured, type TargetWords } from '../../support/config.ts'

function snapshotOf(words: ConfigWords, previous?: Snapshot): Snapshot {
  const outcome = compile(configured(words), previous)
  if (!outcome.ok) throw new Error('did not compile')
  return outcome.value
}

/** The plan from one config to the next; compiled with and without taking over, which must not matter. */
function planned(before: ConfigWords, after: ConfigWords) {
  const old = snapshotOf(before)
  const found = plan(old, snapshotOf(after, old))
  expect(plan(old, snapshotOf(after))).toEqual(found)
  return found
}

const NOTHING = { added: [], removed: [], changed: [] }

describe('the plan for listeners', () => {
  const changes = (before: ConfigWords['listeners'] & object, after: ConfigWords['listeners'] & object) =>
    planned({ listeners: before }, { listeners: after }).listeners.map(
      ({ kind, id, address, why }) => `${kind} ${id} ${address}: ${why}`,
    )

  it.each([
    ['nothing', { web: {} }, { web: {} }, ['kept web *:8080: unchanged']],
    [
      'a setting',
      { web: {} },
      { web: { trusted_proxies: ['10.0.0.1'] } },
      ['kept web *:8080: settings changed in place'],
    ],
    ['the id alone', { web: {} }, { front: {} }, ['kept front *:8080: was listener web']],
    [
      'the port',
      { web: {} },
      { web: { port: 81 } },
      ['opened web *:81: new address', 'closed web *:8080: moved to *:81'],
    ],
    ['one is disabled', { web: {} }, { web: { enabled: false } }, ['closed web *:8080: disabled']],
    [
      'one goes',
      { web: {}, b: { port: 81 } },
      { web: {} },
      ['kept web *:8080: unchanged', 'closed b *:81: gone'],
    ],
    [
      'from every interface to one',
      { web: {} },
      { web: { bind: '127.0.0.1' } },
      ['rebound web 127.0.0.1:8080: in place of web', 'closed web *:8080: moved to 127.0.0.1:8080'],
    ],
    [
      'from one to every interface',
      { a: { bind: '127.0.0.1' }, b: { bind: '::1' } },
      { web: { bind: '0.0.0.0' } },
      [
        'rebound web 0.0.0.0:8080: in place of a, b',
        'closed a 127.0.0.1:8080: gone',
        'closed b [::1]:8080: gone',
      ],
    ],
    [
      'from one interface to another',
      { a: { bind: '127.0.0.1' } },
      { a: { bind: '127.0.0.2' } },
      ['opened a 127.0.0.2:8080: new address', 'closed a 127.0.0.1:8080: moved to 127.0.0.2:8080'],
    ],
    [
      'a unix socket',
      { a: { bind: 'unix:/a' } },
      { a: { bind: 'unix:/b' } },
      ['opened a unix:/b: new address', 'closed a unix:/a: moved to unix:/b'],
    ],
  ])('when %s changes', (_, before, after, expected) => {
    expect(changes(before, after)).toEqual(expected)
  })

  it('at the start opens all that are enabled', () => {
    const first = plan(undefined, snapshotOf({ listeners: { a: {}, b: { port: 81, enabled: false } } }))
    expect(first.listeners.map(({ kind, id }) => `${kind} ${id}`)).toEqual(['opened a'])
  })
})

const UP = { up: { targets: [{ id: 'a', url: 'http://a' }, { url: 'http://b' }, { static: { body: 'x' } }] } }
const TO_UP = { match: { path_prefix: ['/'] }, forward: { upstream: 'up' } }

describe('the plan for routes', () => {
  it('tells new, gone, disabled and changed ones, and counts the rest', () => {
    const routes = { a: TO_UP, b: TO_UP, c: TO_UP, d: TO_UP, e: { ...TO_UP, enabled: false } }
    const next = {
      a: TO_UP,
      b: { ...TO_UP, priority: 3, match: { path_prefix: ['/b'] } },
      d: { ...TO_UP, enabled: false },
      e: TO_UP,
      f: TO_UP,
    }
    const found = planned({ upstreams: UP, routes }, { upstreams: UP, routes: next })
    expect(found.routes).toEqual({
      added: [
        { id: 'e', why: 'new' },
        { id: 'f', why: 'new' },
      ],
      removed: [
        { id: 'c', why: 'gone' },
        { id: 'd', why: 'disabled' },
      ],
      changed: [{ id: 'b', why: 'priority, match' }],
      kept: 1,
    })
  })

  it.each([
    ['methods', { match: { path_prefix: ['/'], methods: ['GET'] } }, 'match'],
    ['the rewrite', { rewrite: { add_prefix: '/v2' } }, 'rewrite'],
    ['request headers', { request_headers: { set: { A: ['1'] }, add: {}, remove: [] } }, 'forward'],
    ['response headers', { response_headers: { set: {}, add: {}, remove: ['A'] } }, 'response_headers'],
    ['the timeout', { forward: { upstream: 'up', response_header_timeout: '5s' } }, 'forward'],
    ['the body limit', { max_body_bytes: '5' }, 'max_body_bytes'],
    ['the path security', { path_security: 'allow_encoded_separators' as const }, 'path_security'],
    ['the name', { name: 'N' }, 'name'],
    ['the pages', { error_pages: { '502': 'sorry' } }, 'error_pages'],
  ])('names %s', (_, change, why) => {
    const templates = { sorry: { kind: 'error_page' as const, body: 'S' } }
    const found = planned(
      { templates, upstreams: UP, routes: { r: TO_UP } },
      { templates, upstreams: UP, routes: { r: { ...TO_UP, ...change } } },
    )
    expect(found.routes).toEqual({ ...NOTHING, changed: [{ id: 'r', why }], kept: 0 })
  })

  it("names a redirect's parts", () => {
    const to = (target: string) => ({ routes: { r: { redirect: { target } } } })
    expect(planned(to('/a'), to('/b')).routes.changed).toEqual([{ id: 'r', why: 'redirect' }])
  })

  it('leaves a route alone whose pool was edited', () => {
    const edited = { up: { targets: UP.up.targets.slice(0, 2) } }
    expect(
      planned({ upstreams: UP, routes: { r: TO_UP } }, { upstreams: edited, routes: { r: TO_UP } }).routes,
    ).toEqual({ ...NOTHING, kept: 1 })
  })
})

describe('the plan for pools, targets and profiles', () => {
  const change = (before: readonly TargetWords[], after: readonly TargetWords[]) => {
    const found = planned(
      { upstreams: { up: { targets: before } } },
      { upstreams: { up: { targets: after } } },
    )
    return {
      targets: found.targets,
      pools: found.pools.changed.map(({ why }) => why).join(),
      profiles: found.profiles,
    }
  }

  it.each<[string, TargetWords, TargetWords, string]>([
    ['the url', { id: 'a', url: 'http://a' }, { id: 'a', url: 'http://b' }, 'url or peer'],
    ['the peer', { url: 'a' }, { url: 'a', peer: { idle_timeout: '1s' } }, 'url or peer'],
    ['weight and group', { url: 'a' }, { url: 'a', weight: 3, priority_group: 1 }, 'priority_group, weight'],
    ['Host', { url: 'a' }, { url: 'a', preserve_host: true }, 'preserve_host'],
    ['its timeout', { url: 'a' }, { url: 'a', response_header_timeout: '5s' }, 'response_header_timeout'],
    [
      'a password',
      { url: 'a', basic_auth: { username: 'u', password: 'p' } },
      { url: 'a', basic_auth: { username: 'u', password: 'q' } },
      'request_headers or basic_auth',
    ],
    ['the body', { id: 's', static: { body: 'x' } }, { id: 's', static: { body: 'y' } }, 'static'],
    ['the kind', { id: 's', static: { body: 'x' } }, { id: 's', url: 'x' }, 'kind'],
  ])('names %s', (_, before, after, why) => {
    const found = change([before], [after])
    expect(found.targets).toMatchObject({ ...NOTHING, changed: [{ why }], kept: 0 })
    expect(found.pools).toBe('targets')
  })

  it('drops the profile of an old url and keeps the others', () => {
    const { profiles } = change([{ id: 'a', url: 'a' }, { url: 'b' }], [{ id: 'a', url: 'c' }, { url: 'b' }])
    expect(profiles.removed).toMatchObject([{ id: expect.stringMatching(/^connections:up\/a#/) }])
    expect(profiles.added).toHaveLength(1)
    expect(profiles.kept).toBe(1)
  })

  it('follows targets that move, come and go', () => {
    const { targets } = change(
      [{ url: 'a' }, { url: 'b' }, { url: 'c' }],
      [{ url: 'c' }, { url: 'a', enabled: false }, { url: 'd' }],
    )
    expect(targets).toEqual({
      added: [{ id: 'up/http://d', why: 'new' }],
      removed: [
        { id: 'up/http://a', why: 'gone or disabled' },
        { id: 'up/http://b', why: 'gone or disabled' },
      ],
      changed: [],
      kept: 1,
    })
  })

  it('counts untouched pools without opening them', () => {
    const found = planned(
      { upstreams: { ...UP, other: UP.up } },
      { upstreams: { ...UP, other: { ...UP.up, load_balancing: 'round_robin' } } },
    )
    expect(found.pools).toEqual({ ...NOTHING, changed: [{ id: 'other', why: 'load_balancing' }], kept: 1 })
    expect(found.targets).toEqual({ ...NOTHING, kept: 6 })
    expect(found.profiles).toEqual({ ...NOTHING, kept: 4 })
  })

  it("sees a route's own connections come and go", () => {
    const to = (peer: object) => ({
      upstreams: UP,
      routes: { r: { ...TO_UP, forward: { upstream: 'up', peer } } },
    })
    expect(planned(to({}), to({ read_timeout: '1s' })).profiles).toMatchObject({
      kept: 2,
      added: [{}, {}],
      removed: [],
    })
  })

  it('does not call a pool in place changed because its route was', () => {
    const route = (priority: number) => ({
      routes: { r: { priority, forward: { targets: [{ url: 'a' }] } } },
    })
    expect(planned(route(1), route(2))).toMatchObject({
      pools: { ...NOTHING, kept: 1 },
      routes: { changed: [{ id: 'r', why: 'priority' }] },
    })
  })
})

describe('the plan for agents', () => {
  const OTHER = `sha256:${'1'.repeat(64)}`

  it.each([
    ['one comes', {}, { a: {} }, { ...NOTHING, added: [{ id: 'a', why: 'new' }], kept: 0 }],
    ['one goes', { a: {}, b: {} }, { a: {} }, { ...NOTHING, removed: [{ id: 'b', why: 'gone' }], kept: 1 }],
    [
      'one is disabled',
      { a: {} },
      { a: { enabled: false } },
      { ...NOTHING, removed: [{ id: 'a', why: 'disabled' }], kept: 0 },
    ],
    [
      'the token is another',
      { a: {} },
      { a: { token_hash: OTHER } },
      { ...NOTHING, changed: [{ id: 'a', why: 'token_hash' }], kept: 0 },
    ],
    [
      'everything else',
      { a: {} },
      { a: { labels: { x: 'y' }, weight: 3, allow_targets: ['10.0.0.0/8'], max_streams: 1 } },
      { ...NOTHING, changed: [{ id: 'a', why: 'labels, weight, allow_targets, max_streams' }], kept: 0 },
    ],
  ])('%s', (_, before, after, expected) => {
    expect(planned({ agents: before }, { agents: after }).agents).toEqual(expected)
  })
})
