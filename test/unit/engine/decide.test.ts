import { describe, expect, it } from 'vitest'
import { addressSet } from '../../../src/base/cidr.ts'
import { decide } from '../../../src/engine/decide.ts'
import type { Verdict } from '../../../src/engine/verdict.ts'
import { readFacts } from '../../../src/http/facts.ts'
import { compile } from '../../../src/snapshot/compile.ts'
import { commit } from '../../../src/upstream/balance.ts'
import { openPoolState } from '../../../src/upstream/pool-state.ts'
import { ConnectionField } from '../../../src/wire/h1/connection-field.ts'
import { type ConfigWords, configured } from '../../support/config.ts'
import { fieldReader } from '../../support/field-reader.ts'
import { luck } from '../../support/wish.ts'

/** Decides requests on listener `web`, one after another, applying what each takes. */
function decider(words: ConfigWords) {
  const outcome = compile(configured(words))
  if (!outcome.ok) throw new Error('did not compile')
  const listener = outcome.value.listeners.get('web')
  if (listener === undefined) throw new Error('no listener')
  const pools = new Map([...outcome.value.pools.values()].map(pool => [pool, openPoolState()]))
  const verdictOf = (
    target: string,
    authority = 'a.example',
    method = 'GET',
    connection = new ConnectionField(),
  ): Verdict =>
    decide(
      listener,
      readFacts(
        { method, scheme: 'http', authority, target, fields: fieldReader([]), connection, peer: '' },
        addressSet([]),
      ),
      { pools, health: new Map() },
      luck(),
    )
  return {
    verdictOf,
    /** `503 no_target_available /upstreams/x`, `-> target-1` or `200 static hello`. */
    say(target: string, authority?: string, method?: string): string {
      const verdict = verdictOf(target, authority, method)
      if (verdict.taking !== undefined) commit(verdict.taking.state, verdict.taking.choice)
      if (verdict.kind === 'forward') return `${verdict.route.id} -> ${verdict.leg.target.name}`
      const { status, reason } = verdict.answer
      return [status, reason.code, reason.at].filter(word => word !== undefined).join(' ')
    },
  }
}

const WORDS: ConfigWords = {
  upstreams: {
    main: {
      load_balancing: 'round_robin',
      targets: [
        { id: 'a', url: 'a' },
        { id: 'b', url: 'b' },
      ],
    },
    off: { targets: [{ url: 'a', enabled: false }] },
    hello: {
      targets: [
        { id: 'one', static: { status: 202, body: '1' } },
        { id: 'two', static: { status: 203 } },
      ],
    },
  },
  routes: {
    main: { match: { path_prefix: ['/main'] }, forward: { upstream: 'main' } },
    loose: {
      match: { path_prefix: ['/loose'] },
      path_security: 'allow_encoded_separators',
      forward: { upstream: 'main' },
    },
    off: { match: { path_prefix: ['/off'] }, forward: { upstream: 'off' } },
    hello: { match: { path_prefix: ['/hello'] }, forward: { upstream: 'hello' } },
    moved: { match: { path_prefix: ['/old'] }, redirect: { target: '/new', status: 308 } },
    secure: { match: { host: ['s.example', ''], path_prefix: ['/secure'] }, redirect: { mode: 'https' } },
  },
}

describe('a decision', () => {
  const { say, verdictOf } = decider(WORDS)

  it.each([
    ['/main/../x', '400 bad_path'],
    ['/loose/%2e%2e', '400 bad_path'],
    ['/main%2fx', '400 encoded_separator /routes/main/path_security'],
    ['/nowhere%5Cx', '400 encoded_separator'],
    ['/nowhere', '404 no_route /listeners/web'],
    ['/old/x', '308 redirect /routes/moved/redirect'],
    ['/off', '503 no_target_available /upstreams/off'],
    ['/hello', '202 static /upstreams/hello/targets/0'],
    ['/loose%2Fx', 'loose -> a'],
  ])('on %s is %s', (target, expected) => {
    expect(say(target)).toBe(expected)
  })

  it('sends a redirect with a Location and nothing else', () => {
    const verdict = verdictOf('/old/x?q=1')
    expect(verdict).toMatchObject({ kind: 'answer', target: undefined, taking: undefined })
    expect(verdict.kind === 'answer' && verdict.answer).toMatchObject({
      fields: [['Location', '/new/x?q=1']],
      body: new Uint8Array(0),
    })
  })

  it('cannot redirect to https without a host', () => {
    expect(say('/secure', 's.example')).toBe('302 redirect /routes/secure/redirect')
    expect(say('/secure', '')).toBe('400 bad_request /routes/secure/redirect')
  })

  it('asks to come back when no target is available', () => {
    const verdict = verdictOf('/off')
    expect(verdict.kind === 'answer' && verdict.answer.fields).toContainEqual(['Retry-After', '1'])
  })

  it('names its static target, whose turn counts like any other', () => {
    expect(verdictOf('/hello')).toMatchObject({
      kind: 'answer',
      target: { key: 'two' },
      taking: { choice: { target: { key: 'two' } } },
    })
    expect(say('/hello')).toBe('203 static /upstreams/hello/targets/1')
    expect(say('/hello')).toBe('202 static /upstreams/hello/targets/0')
  })
})

describe('a balancer', () => {
  it('moves once for each request that is forwarded, and not for one that is refused', () => {
    const { say, verdictOf } = decider(WORDS)
    expect(say('/main')).toBe('main -> a')
    for (const target of ['/main/..', '/main%2f', '/old', '/nowhere']) say(target)
    verdictOf('/main')
    const connection = Object.assign(new ConnectionField(), { words: 2, nominated: new Set(['cookie']) })
    expect(verdictOf('/main', undefined, undefined, connection)).toMatchObject({
      answer: { status: 400, reason: { code: 'bad_request', at: '/routes/main' } },
      taking: undefined,
    })
    expect([say('/main'), say('/loose'), say('/main')]).toEqual(['main -> b', 'loose -> a', 'main -> b'])
  })
})

describe('a default route', () => {
  const routes: ConfigWords['routes'] = {
    ...WORDS.routes,
    rest: { default: true, path_security: 'allow_encoded_separators', forward: { upstream: 'hello' } },
  }

  it('takes what nothing matched, and its path security holds', () => {
    const { say } = decider({ ...WORDS, routes })
    expect(say('/nowhere')).toBe('202 static /upstreams/hello/targets/0')
    expect(say('/nowhere%2f')).toBe('203 static /upstreams/hello/targets/1')
  })

  it('never takes what matched without a target, and the reason says so', () => {
    const { verdictOf } = decider({ ...WORDS, routes })
    const verdict = verdictOf('/off')
    expect(verdict).toMatchObject({ kind: 'answer', route: { id: 'off' } })
    expect(verdict.kind === 'answer' && verdict.answer.reason.detail).toBe(
      'no target of off is enabled with a weight above 0; default route rest is not used, off matched',
    )
  })

  it('without a target is told like any other', () => {
    const { verdictOf } = decider({
      upstreams: WORDS.upstreams ?? {},
      routes: { rest: { default: true, forward: { upstream: 'off' } } },
    })
    const verdict = verdictOf('/x')
    expect(verdict.kind === 'answer' && verdict.answer.reason.detail).toBe(
      'no target of off is enabled with a weight above 0',
    )
  })
})

describe('a listener that redirects to https', () => {
  const { say } = decider({ ...WORDS, listeners: { web: { redirect_to_https: true } } })

  it.each([
    ['/main', 'a.example', '308 redirect /listeners/web/redirect_to_https'],
    ['/nowhere', 'a.example', '308 redirect /listeners/web/redirect_to_https'],
    ['/a/../b', 'a.example', '400 bad_path'],
    ['/main', '', '400 bad_request /listeners/web/redirect_to_https'],
  ])('answers %s of %j with %s', (target, host, said) => {
    expect(say(target, host)).toBe(said)
  })
})
