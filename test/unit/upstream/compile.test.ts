import { describe, expect, it } from 'vitest'
import type { Agent } from '../../../src/tunnel/agent.ts'
import { compilePool } from '../../../src/upstream/compile.ts'
import { compileLegs } from '../../../src/upstream/legs.ts'
import { mergePeer } from '../../../src/upstream/peer.ts'
import type { Pool, ProxyTarget, Target } from '../../../src/upstream/target.ts'
import { configOf, type ForwardWords, type TargetWords } from '../../support/config.ts'

const BODIES = new Map([['page', { contentType: 'text/html', bytes: Buffer.from('<p>') }]])

function pool(
  targets: readonly TargetWords[],
  words: ForwardWords = {},
  defaults = {},
  agents: ReadonlyMap<string, Agent> = new Map(),
): Pool {
  const { main: written } = configOf({ upstreams: { main: { ...words, targets } } }).upstreams
  if (written === undefined) throw new Error('no pool')
  const identity = { id: 'main', name: 'main', at: '/upstreams/main', hash: 'h' }
  return compilePool(
    { ...written, ...identity },
    {
      defaults: mergePeer(undefined, { at: '/defaults/peer', peer: defaults, files: new Map() }),
      bodies: BODIES,
      agents,
      files: new Map(),
    },
  )
}

function proxy(target: Target | undefined): ProxyTarget {
  if (target?.kind !== 'proxy') throw new Error('not a proxy target')
  return target
}

describe('a target', () => {
  it('is known by its id, else by its url, else by its static content; repeats are counted', () => {
    const { targets } = pool([
      { id: 'a', url: 'http://x:1' },
      { url: 'http://x:1' },
      { url: 'x:1' },
      { url: 'X:1/' },
      { url: 'unix:/s' },
      { url: 'a' },
      { static: { body: 'x' } },
      { static: { body: 'x' } },
      { static: { body: 'y' } },
    ])
    const keys = targets.map(target => target.key)
    expect(keys.slice(0, 6)).toEqual([
      'a',
      'http://x:1',
      'http://x:1#2',
      'http://x:1#3',
      'unix:/s',
      'http://a',
    ])
    expect(keys[6]).toMatch(/^static:[0-9a-f]{32}$/)
    expect(keys[7]).toBe(`${keys[6]}#2`)
    expect(keys[8]).not.toBe(keys[6])
  })

  it('keeps its key when others move around it', () => {
    const before = pool([{ url: 'http://a' }, { static: { body: 'x' } }])
    const after = pool([{ static: { body: 'x' }, weight: 3 }, { url: 'http://b' }, { url: 'http://a' }])
    expect(after.targets.map(target => target.key)).toEqual([
      before.targets[1]?.key,
      'http://b',
      before.targets[0]?.key,
    ])
  })

  it('is shown by name, id or number, and knows its place', () => {
    const { targets } = pool([{ url: 'a', name: 'N', id: 'i' }, { url: 'b', id: 'i2' }, { url: 'c' }])
    expect(targets.map(target => target.name)).toEqual(['N', 'i2', 'target-3'])
    expect(targets.map(target => target.at)).toEqual(
      [0, 1, 2].map(index => `/upstreams/main/targets/${index}`),
    )
  })

  it('has a profile that changes with its url and its peer, and with nothing else', () => {
    const identity = (words: TargetWords, defaults = {}) =>
      proxy(pool([{ id: 't', ...words }], {}, defaults).targets[0]).profile.identity
    const base = identity({ url: 'http://x' })
    expect(base).toMatch(/^connections:main\/t#[0-9a-f]{32}$/)
    expect(identity({ url: 'x', weight: 1, preserve_host: true, priority_group: 3 })).toBe(base)
    expect(identity({ url: 'x', peer: { read_timeout: null, connection_timeout: '5000ms' } })).toBe(base)
    expect(identity({ url: 'x:81' })).not.toBe(base)
    expect(identity({ url: 'x', peer: { read_timeout: '1s' } })).not.toBe(base)
    expect(identity({ url: 'x' }, { read_timeout: '1s' })).not.toBe(base)
  })

  it('says whether its response timeout is its own', () => {
    const { targets } = pool([{ url: 'a' }, { url: 'b', response_header_timeout: '3s' }])
    expect(proxy(targets[0])).toMatchObject({
      responseHeaderTimeout: 60_000,
      responseHeaderTimeoutAt: undefined,
    })
    expect(proxy(targets[1])).toMatchObject({
      responseHeaderTimeout: 3_000,
      responseHeaderTimeoutAt: '/upstreams/main/targets/1/response_header_timeout',
    })
  })
})

describe('a static target', () => {
  const fields = (words: TargetWords['static'] & object) => {
    const [target] = pool([{ static: words }]).targets
    if (target?.kind !== 'static') throw new Error('not static')
    return { ...target.answer, body: Buffer.from(target.answer.body).toString() }
  }

  it('is plain text unless it says otherwise', () => {
    expect(fields({ body: 'Hällo' })).toEqual({
      status: 200,
      fields: [['Content-Type', 'text/plain; charset=utf-8']],
      body: 'Hällo',
      reason: { code: 'static', at: '/upstreams/main/targets/0' },
    })
    expect(
      fields({ body: '{}', headers: { 'content-TYPE': ['application/json'], 'X-A': ['1', '2'] } }).fields,
    ).toEqual([
      ['content-TYPE', 'application/json'],
      ['X-A', '1'],
      ['X-A', '2'],
    ])
  })

  it('takes body and type from a template', () => {
    expect(fields({ template: 'page', status: 503 })).toMatchObject({
      status: 503,
      body: '<p>',
      fields: [['Content-Type', 'text/html']],
    })
  })

  it('without a body has no type', () => {
    expect(fields({ status: 204 }).fields).toEqual([])
  })
})

describe('the groups of a pool', () => {
  it('hold enabled targets with a weight, the lowest number first', () => {
    const { groups } = pool([
      { url: 'a', priority_group: 5 },
      { url: 'b', priority_group: -1, weight: 3 },
      { url: 'c', priority_group: -1, weight: 1 },
      { url: 'd', priority_group: -9, enabled: false },
      { url: 'e', priority_group: -8, weight: 0 },
    ])
    expect(
      groups.map(group => [group.priority, group.totalWeight, group.members.map(member => member.index)]),
    ).toEqual([
      [-1, 4, [1, 2]],
      [5, 100, [0]],
    ])
  })
})

describe('the legs to a pool', () => {
  const main = pool([
    {
      id: 'p',
      url: 'http://x',
      request_headers: { set: { 'X-A': ['t'] }, add: {}, remove: ['X-B'] },
      basic_auth: { username: 'ü', password: 'p:w' },
    },
    { static: {} },
    { id: 'q', url: 'http://y', peer: { idle_timeout: '9s' } },
  ])

  it('carry the changes of target and basic_auth, none where there are none', () => {
    expect(main.legs.map(leg => leg?.requestEdits?.lines)).toEqual([
      `X-A: t\r\nAuthorization: Basic ${Buffer.from('ü:p:w').toString('base64')}\r\n`,
      undefined,
      undefined,
    ])
    expect([...(main.legs[0]?.requestEdits?.drops ?? [])]).toEqual(['x-b', 'x-a', 'authorization'])
    expect(main.legs[1]).toBeUndefined()
    expect(main.legs[2]?.requestEdits).toBeUndefined()
  })

  it('lay a route over the targets: its fields first, its timeout and peer last', () => {
    const legs = compileLegs(main.targets, {
      at: '/routes/r/forward',
      files: new Map(),
      peer: { read_timeout: '7s' },
      responseHeaderTimeout: '2s',
      requestEdits: {
        remove: [],
        set: [
          ['X-A', 'route'],
          ['X-R', '1'],
        ],
        add: [],
      },
    })
    expect(legs[0]?.requestEdits?.adds).toEqual([
      ['X-R', '1'],
      ['X-A', 't'],
      ['Authorization', `Basic ${Buffer.from('ü:p:w').toString('base64')}`],
    ])
    expect(legs[2]).toMatchObject({
      responseHeaderTimeout: 2_000,
      responseHeaderTimeoutAt: '/routes/r/forward/response_header_timeout',
      profile: {
        peer: { readTimeout: 7_000, idleTimeout: 9_000 },
        setBy: {
          readTimeout: '/routes/r/forward/peer/read_timeout',
          idleTimeout: '/upstreams/main/targets/2/peer/idle_timeout',
        },
      },
    })
    expect(legs[2]?.profile.identity).not.toBe(main.legs[2]?.profile.identity)
  })

  it("share the target's connections when the route changes none of their options", () => {
    const legs = compileLegs(main.targets, {
      at: '/x',
      files: new Map(),
      peer: {},
      responseHeaderTimeout: '2s',
      requestEdits: undefined,
    })
    expect(legs[0]?.profile).toBe(main.legs[0]?.profile)
  })
})
