import { describe, expect, it } from 'vitest'
import { explain } from '../../../src/engine/explain.ts'
import type { Explained } from '../../../src/engine/explanation.ts'
import { readUrl } from '../../../src/engine/made-up.ts'
import type { Field } from '../../../src/http/edits.ts'
import { compile } from '../../../src/snapshot/compile.ts'
import type { Snapshot } from '../../../src/snapshot/snapshot.ts'
import { commit } from '../../../src/upstream/balance.ts'
import { openPoolState } from '../../../src/upstream/pool-state.ts'
import { select } from '../../../src/upstream/select.ts'
import { type ConfigWords, configured } from '../../support/config.ts'
import { luck, wishOf } from '../../support/wish.ts'

function snapshotOf(words: ConfigWords): Snapshot {
  const outcome = compile(configured(words))
  if (!outcome.ok) throw new Error('did not compile')
  return outcome.value
}

const SNAPSHOT = snapshotOf({
  server: { trusted_proxies: ['10.0.0.1'] },
  templates: { sorry: { kind: 'error_page', body: 'S' } },
  upstreams: {
    main: {
      load_balancing: 'round_robin',
      targets: [
        {
          id: 'a',
          url: 'http://a:1',
          request_headers: { set: { 'X-T': ['s3cret'] }, add: {}, remove: ['X-Gone'] },
          basic_auth: { username: 'u', password: 's3cret' },
        },
        { id: 'b', url: 'http://b', preserve_host: true, response_header_timeout: '5s' },
        { id: 'c', url: 'http://c', weight: 0 },
        { id: 'd', url: 'http://d', enabled: false },
        { id: 'e', static: { body: 'fallback' }, priority_group: 1 },
      ],
    },
    hello: { targets: [{ static: { body: 'Hello', headers: { 'X-A': ['1'] } } }] },
    off: { targets: [{ url: 'x', enabled: false }] },
    strict: {
      targets: [
        { url: 'http://s', peer: { http_upstream_request_policy: { max_connection_nominations: 2 } } },
      ],
    },
  },
  routes: {
    strict: { match: { path_prefix: ['/strict'] }, forward: { upstream: 'strict' } },
    api: {
      priority: 10,
      match: { host: ['app.example'], path_prefix: ['/api'], methods: ['GET'] },
      rewrite: { strip_prefix: ['/api'], add_prefix: '/v2' },
      request_headers: { set: { 'X-R': ['s3cret'] }, add: {}, remove: [] },
      response_headers: { set: { 'X-Out': ['s3cret'] }, add: {}, remove: ['Server'] },
      forward: { upstream: 'main' },
    },
    asleep: { priority: 5, enabled: false, match: { path_prefix: ['/api'] }, forward: { upstream: 'main' } },
    everything: { priority: 20, match: { host: ['app.example'] }, forward: { upstream: 'hello' } },
    moved: { priority: 15, match: { path_prefix: ['/old'] }, redirect: { target: '/new' } },
    off: {
      priority: 1,
      match: { path_prefix: ['/off'] },
      forward: { upstream: 'off' },
      error_pages: { '503': 'sorry' },
    },
    rest: { default: true, forward: { upstream: 'main' } },
  },
})

function ask(
  url: string,
  rest: { method?: string; fields?: readonly Field[]; from?: string; listener?: string } = {},
): Explained {
  const request = {
    method: rest.method ?? 'GET',
    url,
    fields: rest.fields ?? [],
    from: rest.from ?? '192.0.2.1',
  }
  const explanation = explain(SNAPSHOT, request, rest.listener, luck())
  if (explanation.kind !== 'explained') throw new Error(explanation.why)
  return explanation
}

const fates = ({ routes }: Explained) => Object.fromEntries(routes.map(({ id, fate }) => [id, fate]))

describe('explaining a forward', () => {
  const told = ask('http://app.example:8080/api/users?q=1', {
    fields: [['X-Forwarded-For', '198.51.100.7']],
    from: '10.0.0.1',
  })

  it('tells how the request was read', () => {
    expect(told.facts).toEqual({
      method: 'GET',
      scheme: 'http',
      authority: 'app.example:8080',
      host: 'app.example',
      path: '/api/users',
      decodedPath: '/api/users',
      pathClass: 'clean',
      query: '?q=1',
      client: '198.51.100.7',
    })
    expect(told.listener).toEqual({
      id: 'web',
      at: '/listeners/web',
      enabled: true,
      by: 'port',
      address: '*:8080',
    })
  })

  it('tells every route in the order of evaluation, with why', () => {
    expect(Object.entries(fates(told))).toEqual([
      ['off', 'path'],
      ['asleep', 'disabled'],
      ['api', 'matched'],
      ['moved', 'path'],
      ['everything', 'shadowed'],
      ['strict', 'path'],
      ['rest', 'default_unused'],
    ])
    expect(told.route).toEqual({
      id: 'api',
      at: '/routes/api',
      priority: 10,
      isDefault: false,
      fate: 'matched',
    })
  })

  it('tells how every target stands', () => {
    expect(told.targets.map(({ name, standing, leadsTo }) => `${name} ${standing} ${leadsTo}`)).toEqual([
      'a chosen http://a:1',
      'b waits http://b',
      'c no_weight http://c',
      'd disabled http://d',
      'e other_group static',
    ])
    expect(told.targets[0]).toMatchObject({ at: '/upstreams/main/targets/0', priorityGroup: 0, weight: 100 })
  })

  it('tells where it goes, names of fields and no values', () => {
    expect(told.outcome).toEqual({
      kind: 'forward',
      target: 'a',
      at: '/upstreams/main/targets/0',
      origin: 'http://a:1',
      requestTarget: '/v2/users?q=1',
      hostField: 'a:1',
      removedPrefix: '/api',
      requestEdits: {
        drops: ['x-r', 'x-gone', 'x-t', 'authorization'],
        adds: ['X-R', 'X-T', 'Authorization'],
      },
      responseHeaderTimeout: 60_000,
      responseHeaderTimeoutAt: undefined,
    })
    expect(told.responseEdits).toEqual({ drops: ['server', 'x-out'], adds: ['X-Out'] })
    expect(JSON.stringify(told)).not.toContain('s3cret')
  })

  it('tells the steps up to the last', () => {
    expect(told.steps.map(({ name, outcome }) => `${name} ${outcome}`)).toEqual([
      'path passed',
      'https passed',
      'match passed',
      'separators passed',
      'no_route passed',
      'redirect passed',
      'select passed',
      'nominations passed',
      'act ended',
    ])
  })

  it('can start from the running State', () => {
    const pool = SNAPSHOT.pools.get('main')
    if (pool === undefined) throw new Error('no pool')
    const state = openPoolState()
    const choice = select(pool, state, wishOf())
    if (choice === undefined) throw new Error('no choice')
    commit(state, choice)
    const request = { method: 'GET', url: 'http://app.example:8080/api', fields: [], from: '' }
    const next = explain(SNAPSHOT, request, undefined, luck(), {
      pools: new Map([[pool, state]]),
      health: new Map(),
    })
    expect(next).toMatchObject({
      outcome: {
        target: 'b',
        hostField: 'app.example:8080',
        responseHeaderTimeoutAt: '/upstreams/main/targets/1/response_header_timeout',
      },
    })
    expect(select(pool, state, wishOf())?.target.key).toBe('b')
  })
})

describe('explaining', () => {
  it('a redirect tells the Location', () => {
    expect(ask('http://x:8080/old/a?b').outcome).toEqual({
      kind: 'redirect',
      status: 302,
      location: '/new/a?b',
      at: '/routes/moved/redirect',
    })
  })

  it('a static answer tells its fields and size', () => {
    expect(ask('http://app.example:8080/').outcome).toEqual({
      kind: 'static',
      status: 200,
      target: 'target-1',
      at: '/upstreams/hello/targets/0',
      fields: ['Content-Type', 'X-A'],
      bodyBytes: 5,
    })
  })

  it('a refusal tells why and where, and whether a page dresses it', () => {
    expect(ask('http://x:8080/off').outcome).toMatchObject({
      kind: 'refusal',
      status: 503,
      code: 'no_target_available',
      at: '/upstreams/off',
      hasErrorPage: true,
      detail: expect.stringContaining('default route rest is not used'),
    })
  })

  it('a method that does not match says so', () => {
    expect(fates(ask('http://app.example:8080/api', { method: 'POST' }))).toMatchObject({
      api: 'method',
      everything: 'matched',
    })
  })

  it('the default route says so', () => {
    const told = ask('http://other.example:8080/x')
    expect(fates(told)).toMatchObject({ everything: 'host', rest: 'default' })
    expect(told.route?.id).toBe('rest')
  })

  it('a request policy is told, and what it refuses', () => {
    const at = '/upstreams/strict/targets/0/peer/http_upstream_request_policy'
    expect(ask('http://x.example:8080/strict').outcome).toMatchObject({
      kind: 'forward',
      requestPolicy: { name: 'max_connection_nominations: 2', at },
    })
    const told = ask('http://x.example:8080/strict', { fields: [['Connection', 'a, b, c']] })
    expect(told.outcome).toMatchObject({ kind: 'refusal', status: 400, code: 'bad_request', at })
    expect(told.steps.at(-2)).toMatchObject({ name: 'nominations', outcome: 'ended' })
  })

  it('a forbidden path stops at the first step', () => {
    const told = ask('http://app.example:8080/api/../etc')
    expect(told.outcome).toMatchObject({ kind: 'refusal', code: 'bad_path', status: 400 })
    expect(told.steps.map(({ outcome }) => outcome)).toEqual(['ended', ...Array(8).fill('skipped')])
    expect(told.routes).toEqual([])
  })

  it.each([
    ['TRACE', 'http://app.example:8080/', [], 405, 'method_not_allowed'],
    ['GET', 'http://a%00b:8080/', [], 400, 'bad_request'],
    ['GET', 'http://app.example:8080/', [['Bad Name', 'x']], 400, 'bad_request'],
    ['GET', 'http://app.example:8080/', [['Expect', 'x']], 417, 'expectation_failed'],
    ['GET', `http://app.example:8080/${'a'.repeat(17_000)}`, [], 414, 'uri_too_long'],
  ] as const)('what the codec refuses is refused: %s %s', (method, url, fields, status, code) => {
    const told = ask(url, { method, fields })
    expect(told.outcome).toMatchObject({ kind: 'refusal', status, code, at: '/listeners/web' })
    expect(told.facts).toBeUndefined()
    expect(told.steps.every(({ outcome }) => outcome === 'skipped')).toBe(true)
  })

  it("a Host among the fields goes over the URL's", () => {
    expect(ask('http://127.0.0.1:8080/api', { fields: [['host', 'app.example']] }).route?.id).toBe('api')
    expect(ask('/api', { fields: [['Host', 'app.example']] }).route?.id).toBe('api')
  })
})

describe('a URL', () => {
  it.each([
    ['http://a.example', 'http', 'a.example', '/'],
    ['HTTPS://a:1?x', 'https', 'a:1', '/?x'],
    ['http://a/x/../y//z?q#frag', 'http', 'a', '/x/../y//z?q'],
    ['http://a/café au lait', 'http', 'a', '/caf%C3%A9%20au%20lait'],
    ['/only/path', undefined, '', '/only/path'],
  ])('%s is taken apart untidied', (url, scheme, authority, target) => {
    expect(readUrl(url)).toEqual({ scheme, authority, target })
  })
})

describe('the listener', () => {
  const many = snapshotOf({
    listeners: {
      any: { port: 81 },
      inner: { port: 81, bind: '127.0.0.1' },
      other: { port: 80 },
      sleeping: { port: 82, enabled: false },
      sock: { bind: 'unix:/s' },
    },
  })
  const chosen = (snapshot: Snapshot, url: string, id?: string) => {
    const told = explain(snapshot, { method: 'GET', url, fields: [], from: '' }, id, luck())
    return told.kind === 'explained' ? `${told.listener.id} by ${told.listener.by}` : told.why
  }

  it.each([
    ['http://127.0.0.1:81/', undefined, 'inner by address'],
    ['http://x:81/', undefined, 'any by port'],
    ['http://x/', undefined, 'other by port'],
    [
      'http://x:99/',
      undefined,
      "no listener has the URL's scheme and port; name one of any, inner, other, sock",
    ],
    ['http://x:82/', 'sleeping', 'sleeping by id'],
    ['/', 'sock', 'sock by id'],
    ['/', 'nope', 'no listener "nope"'],
  ])('for %s and id %s is: %s', (url, id, expected) => {
    expect(chosen(many, url, id)).toBe(expected)
  })

  it('is the only one when there is no other', () => {
    expect(chosen(snapshotOf({}), 'https://app.example/')).toBe('web by only')
    expect(chosen(snapshotOf({ listeners: { web: { enabled: false } } }), 'http://x/')).toBe(
      'no listener is enabled',
    )
  })
})
