import { describe, expect, it } from 'vitest'
import { compile, compileSteps } from '../../../src/snapshot/compile.ts'
import type { Forward, Snapshot } from '../../../src/snapshot/snapshot.ts'
import { type ConfigWords, configured } from '../../support/config.ts'

function snapshotOf(words: ConfigWords, previous?: Snapshot): Snapshot {
  const outcome = compile(configured(words), previous)
  if (!outcome.ok) throw new Error('did not compile')
  return outcome.value
}

function forward(snapshot: Snapshot, id: string): Forward {
  const action = snapshot.routes.get(id)?.action
  if (action?.kind !== 'forward') throw new Error(`${id} does not forward`)
  return action
}

const TO_MAIN = { forward: { upstream: 'main' } }
const MAIN = { main: { targets: [{ id: 'a', url: 'http://a' }] } }

describe('a compiled listener', () => {
  const { listeners } = snapshotOf({
    server: { trusted_proxies: ['10.0.0.0/8'] },
    listeners: {
      web: { name: 'Front', bind: '127.0.0.1', port: 81, trusted_proxies: ['unix'] },
      sock: { bind: 'unix:/run/p.sock', mode: '0660', enabled: false },
      bare: { bind: 'unix:/run/q.sock' },
    },
  })

  it('has numbers in place of words', () => {
    expect(listeners.get('web')).toMatchObject({
      name: 'Front',
      at: '/listeners/web',
      address: { kind: 'tcp', host: '127.0.0.1', port: 81 },
      limits: { maxHeaderBytes: 65536, maxHeaders: 128, headerTimeout: 10_000, maxBodyBytes: 0 },
    })
  })

  it('on a unix socket has its mode, read as octal, or none', () => {
    expect(listeners.get('sock')?.address).toEqual({ kind: 'unix', path: '/run/p.sock', mode: 0o660 })
    expect(listeners.get('bare')?.address).toEqual({ kind: 'unix', path: '/run/q.sock' })
    expect(listeners.get('sock')?.enabled).toBe(false)
  })

  it("trusts the server's proxies and its own", () => {
    const trusts = (id: string, address: string) => listeners.get(id)?.trustedProxies.has(address)
    expect([
      trusts('web', '10.1.1.1'),
      trusts('web', ''),
      trusts('sock', '10.1.1.1'),
      trusts('sock', ''),
    ]).toEqual([true, true, true, false])
  })
})

describe('a compiled route', () => {
  it('stands on each of its listeners, with one pool', () => {
    const snapshot = snapshotOf({
      listeners: { web: {}, other: { port: 81 } },
      routes: {
        r: {
          listener: ['web', 'other'],
          match: { path_prefix: ['/'] },
          forward: { targets: [{ url: 'a' }] },
        },
      },
    })
    const route = snapshot.routes.get('r')
    expect([...snapshot.listeners.values()].map(listener => listener.router.routes)).toEqual([
      [route],
      [route],
    ])
    expect([...snapshot.pools.keys()]).toEqual(['route:r'])
    expect(forward(snapshot, 'r').pool).toBe(snapshot.pools.get('route:r'))
  })

  it("shares the pool's legs unless it adds something of its own", () => {
    const snapshot = snapshotOf({
      upstreams: MAIN,
      routes: {
        plain: TO_MAIN,
        fields: { ...TO_MAIN, request_headers: { set: { 'X-A': ['1'] }, add: {}, remove: [] } },
        slow: { forward: { upstream: 'main', response_header_timeout: '2s' } },
        peer: { forward: { upstream: 'main', peer: { read_timeout: '3s' } } },
      },
    })
    const shared = snapshot.pools.get('main')?.legs
    expect(['plain', 'fields', 'slow', 'peer'].map(id => forward(snapshot, id).legs === shared)).toEqual([
      true,
      false,
      false,
      false,
    ])
    expect(forward(snapshot, 'fields').legs[0]?.requestEdits?.lines).toBe('X-A: 1\r\n')
    expect(forward(snapshot, 'slow').legs[0]?.responseHeaderTimeout).toBe(2_000)
    expect(forward(snapshot, 'peer').legs[0]?.profile.peer.readTimeout).toBe(3_000)
  })

  it("with its pool in place takes forward.peer for the pool's own", () => {
    const snapshot = snapshotOf({
      defaults: { peer: { idle_timeout: '9s' } },
      routes: { r: { forward: { peer: { read_timeout: '3s' }, targets: [{ url: 'a' }] } } },
    })
    const { legs, pool } = forward(snapshot, 'r')
    expect(legs).toBe(pool.legs)
    expect(legs[0]?.profile).toMatchObject({
      peer: { readTimeout: 3_000, idleTimeout: 9_000 },
      setBy: {
        readTimeout: '/routes/r/forward/peer/read_timeout',
        idleTimeout: '/defaults/peer/idle_timeout',
      },
    })
    expect(pool.targets[0]?.at).toBe('/routes/r/forward/targets/0')
  })

  it('sorts what it strips and what a redirect cuts, the longest first', () => {
    const snapshot = snapshotOf({
      upstreams: MAIN,
      routes: {
        strip: { ...TO_MAIN, rewrite: { strip_prefix: ['/a', '/', '/a/b'], add_prefix: '/é/' } },
        none: { ...TO_MAIN, rewrite: { strip_prefix: ['/'], add_prefix: '/' } },
        moved: { match: { path_prefix: ['/x', '/x/y'], path: ['/z'] }, redirect: { target: '/n' } },
      },
    })
    expect(forward(snapshot, 'strip').rewrite).toEqual({
      stripPrefixes: ['/a/b', '/a'],
      addPrefix: '/%C3%A9',
    })
    expect(forward(snapshot, 'none').rewrite).toBeUndefined()
    expect(snapshot.routes.get('moved')?.action).toMatchObject({
      prefixes: ['/x/y', '/x'],
      exactPaths: ['/z'],
      at: '/routes/moved/redirect',
    })
  })

  it('has the pages it names', () => {
    const words: ConfigWords = {
      templates: {
        sorry: { kind: 'error_page', body: 'S {{ .status }}' },
        file: { kind: 'error_page', body_file: 'f.html' },
      },
      upstreams: MAIN,
      routes: { r: { ...TO_MAIN, error_pages: { '5xx': 'sorry', '404': 'file' } }, plain: TO_MAIN },
    }
    const outcome = compile(configured(words, new Map([['f.html', Buffer.from('F')]])))
    if (!outcome.ok) throw new Error('did not compile')
    const pages = outcome.value.routes.get('r')?.errorPages
    const body = (status: number) =>
      Buffer.from(pages?.find(status)?.render({ status, reason: '', requestId: '' }) ?? '').toString()
    expect([body(502), body(404)]).toEqual(['S 502', 'F'])
    expect(outcome.value.routes.get('plain')?.errorPages).toBeUndefined()
  })
})

describe('compiling again', () => {
  const words: ConfigWords = {
    listeners: { web: {}, other: { port: 81 } },
    templates: { page: { body: 'P' }, sorry: { kind: 'error_page', body: 'S' } },
    upstreams: { ...MAIN, hello: { targets: [{ static: { template: 'page' } }] } },
    routes: {
      main: { ...TO_MAIN, match: { path_prefix: ['/m'] } },
      hello: {
        match: { path_prefix: ['/h'] },
        forward: { upstream: 'hello' },
        error_pages: { '5xx': 'sorry' },
      },
      own: { listener: ['other'], match: { path_prefix: ['/o'] }, forward: { targets: [{ url: 'o' }] } },
    },
  }
  const before = snapshotOf(words)
  const same = (after: Snapshot, kind: 'listeners' | 'routes' | 'pools' | 'templates') =>
    [...after[kind].keys()].filter(id => after[kind].get(id) === before[kind].get(id)).join(' ')
  const kept = (change: ConfigWords) => {
    const after = snapshotOf({ ...words, ...change }, before)
    return {
      listeners: same(after, 'listeners'),
      routes: same(after, 'routes'),
      pools: same(after, 'pools'),
      templates: same(after, 'templates'),
    }
  }
  const all = {
    listeners: 'web other',
    routes: 'main hello own',
    pools: 'main hello route:own',
    templates: 'page sorry',
  }

  it('takes over everything when nothing changed, in whatever order it is written', () => {
    expect(kept({})).toEqual(all)
    const { main, hello, own } = words.routes ?? {}
    if (main === undefined || hello === undefined || own === undefined) throw new Error('no routes')
    const turned = snapshotOf({ ...words, routes: { own, hello, main } }, before)
    expect(turned.listeners.get('web')).toBe(before.listeners.get('web'))
  })

  it('compiles a changed route and its table afresh', () => {
    expect(
      kept({ routes: { ...words.routes, main: { ...TO_MAIN, match: { path_prefix: ['/new'] } } } }),
    ).toEqual({
      ...all,
      listeners: 'other',
      routes: 'hello own',
    })
  })

  it('compiles a changed pool and who points to it afresh', () => {
    expect(
      kept({ upstreams: { ...words.upstreams, main: { targets: [{ id: 'a', url: 'http://b' }] } } }),
    ).toEqual({
      listeners: 'other',
      routes: 'hello own',
      pools: 'hello route:own',
      templates: 'page sorry',
    })
  })

  it('follows a template into pools and pages', () => {
    expect(kept({ templates: { ...words.templates, page: { body: 'Q' } } })).toMatchObject({
      pools: 'main route:own',
      routes: 'main own',
    })
    expect(
      kept({ templates: { ...words.templates, sorry: { kind: 'error_page', body: 'T' } } }),
    ).toMatchObject({
      pools: all.pools,
      routes: 'main own',
    })
  })

  it('follows defaults.peer into every pool', () => {
    expect(kept({ defaults: { peer: { read_timeout: '1s' } } })).toMatchObject({
      pools: '',
      routes: '',
      listeners: '',
    })
  })

  it('follows server.trusted_proxies into listeners, and keeps their tables', () => {
    const after = snapshotOf({ ...words, server: { trusted_proxies: ['10.0.0.1'] } }, before)
    expect(after.listeners.get('web')).not.toBe(before.listeners.get('web'))
    expect(after.listeners.get('web')?.router).toBe(before.listeners.get('web')?.router)
  })

  it('sees a route that went, and one that moved to another listener', () => {
    const { hello, main } = words.routes ?? {}
    if (hello === undefined || main === undefined) throw new Error('no routes')
    expect(kept({ routes: { main, hello } })).toMatchObject({ listeners: 'web' })
    expect(kept({ routes: { ...words.routes, main: { ...main, listener: ['other'] } } })).toMatchObject({
      listeners: '',
    })
  })

  it('has the same revision for the same meaning, and another for any change', () => {
    expect(snapshotOf(words).revision).toBe(before.revision)
    const revisions = [
      snapshotOf({ ...words, server: { drain_timeout: '1s' } }),
      snapshotOf({ ...words, listeners: { web: {}, other: { port: 82 } } }),
      snapshotOf({ ...words, templates: { ...words.templates, page: { body: 'Q' } } }),
    ].map(snapshot => snapshot.revision)
    expect(new Set([...revisions, before.revision]).size).toBe(4)
  })
})

describe('compiling', () => {
  it('warns about what only the whole shows', () => {
    const outcome = compile(
      configured({
        upstreams: MAIN,
        routes: {
          a: { ...TO_MAIN, match: { path_prefix: ['/'] } },
          b: { ...TO_MAIN, match: { path_prefix: ['/b'] } },
        },
      }),
    )
    expect(outcome.diagnostics.map(({ code, at }) => [code, at])).toEqual([
      ['route/ambiguous-priority', '/routes/b'],
    ])
  })

  it('freezes what it makes', () => {
    const snapshot = snapshotOf({ upstreams: MAIN, routes: { r: TO_MAIN } })
    const route = snapshot.routes.get('r')
    const pool = snapshot.pools.get('main')
    for (const part of [
      snapshot,
      snapshot.listeners.get('web'),
      route,
      route?.action,
      pool,
      pool?.targets,
      pool?.targets[0],
      pool?.groups,
      pool?.legs,
    ])
      expect(Object.isFrozen(part)).toBe(true)
  })

  it('takes ids like names of Object', () => {
    const routes = Object.fromEntries(
      ['constructor', 'toString'].map(id => [
        id,
        { match: { host: [id] }, forward: { upstream: 'valueOf' } },
      ]),
    )
    const snapshot = snapshotOf({ upstreams: { valueOf: { targets: [{ url: 'a' }] } }, routes })
    expect([...snapshot.routes.keys()]).toEqual(['constructor', 'toString'])
    expect(forward(snapshot, 'toString').pool.id).toBe('valueOf')
  })

  it('pauses after every object', () => {
    const routes = Object.fromEntries(
      Array.from({ length: 300 }, (_, n) => [
        `r${n}`,
        { match: { host: [`h${n}`] }, forward: { targets: [{ url: 'a' }] } },
      ]),
    )
    const steps = compileSteps(configured({ routes }))
    let pauses = 0
    while (!steps.next().done) pauses++
    expect(pauses).toBeGreaterThan(600)
  })
})
