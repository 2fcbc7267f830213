import { describe, expect, it } from 'vitest'
import type { Place } from '../../../src/base/diagnostic.ts'
import {
  explanationJson,
  explanationText,
  type Places,
  pointersOf,
} from '../../../src/cli/print-explanation.ts'
import type { Explained, ExplainedOutcome } from '../../../src/engine/explanation.ts'

const EXPLAINED: Explained = {
  kind: 'explained',
  listener: { id: 'web', at: '/listeners/web', address: '*:8080', enabled: true, by: 'port' },
  facts: {
    method: 'GET',
    scheme: 'http',
    authority: 'a.example:8080',
    host: 'a.example',
    path: '/api/x',
    decodedPath: '/api/x',
    pathClass: 'clean',
    query: '?y=1',
    client: '127.0.0.1',
  },
  steps: [],
  routes: [
    { id: 'admin', at: '/routes/admin', priority: 5, isDefault: false, fate: 'host' },
    { id: 'api', at: '/routes/api', priority: 100, isDefault: false, fate: 'matched' },
    { id: 'rest', at: '/routes/rest', priority: 100, isDefault: true, fate: 'default_unused' },
  ],
  route: { id: 'api', at: '/routes/api', priority: 100, isDefault: false, fate: 'matched' },
  balancing: 'weighted_round_robin',
  targets: [
    {
      name: 'one',
      at: '/upstreams/u/targets/0',
      leadsTo: 'http://127.0.0.1:9000',
      priorityGroup: 0,
      weight: 100,
      standing: 'chosen',
      why: undefined,
      agents: undefined,
    },
  ],
  outcome: {
    kind: 'forward',
    target: 'one',
    at: '/upstreams/u/targets/0',
    proxy: undefined,
    origin: 'http://127.0.0.1:9000',
    requestTarget: '/x?y=1',
    hostField: '127.0.0.1:9000',
    removedPrefix: '/api',
    requestEdits: { drops: ['x-a', 'x-b'], adds: ['X-A'] },
    requestPolicy: { name: 'preserve', at: '/upstreams/u/peer/http_upstream_request_policy' },
    responseHeaderTimeout: 60_000,
    responseHeaderTimeoutAt: undefined,
    retry: { attempts: 2, after: ['connect', 'status:503'] },
  },
  responseEdits: { drops: [], adds: [] },
}

function place(line: number): Place {
  return { file: 'p.yaml', line, column: 3, endLine: line, endColumn: 9 }
}

const PLACES: Places = new Map([
  ['/listeners/web', place(2)],
  ['/routes/admin', place(10)],
  ['/routes/api', place(14)],
  ['/upstreams/u/targets/0', place(20)],
  ['/upstreams/u/peer/http_upstream_request_policy', place(21)],
])

function outcomeText(outcome: ExplainedOutcome): string {
  return explanationText({ ...EXPLAINED, routes: [], targets: [], outcome }, PLACES)
}

describe('an explanation for people', () => {
  it('shows the listener, every route, every target and what happens, each with its place', () => {
    expect(explanationText(EXPLAINED, PLACES)).toBe(`GET a.example:8080/api/x?y=1 from 127.0.0.1
listener web on *:8080, by port  p.yaml:2:3

routes, in the order they are tried
  5     admin  another host             p.yaml:10:3
  100   api    takes it                 p.yaml:14:3
  last  rest   the default: not needed  /routes/rest

targets, by weighted_round_robin
  group 0  weight 100  one  http://127.0.0.1:9000  chosen  p.yaml:20:3

forward to http://127.0.0.1:9000 as GET /x?y=1  p.yaml:20:3
  Host: 127.0.0.1:9000
  X-Forwarded-Prefix: /api
  request fields removed: x-b
  request fields set or added: X-A
  request policy preserve  p.yaml:21:3
  the response must begin within 1m, the default
  up to 2 attempts, the next one after connect, status:503
`)
  })

  it('counts the routes of other hosts when there are many', () => {
    const others = Array.from({ length: 500 }, (_, n) => ({
      id: `r${n}`,
      at: `/routes/r${n}`,
      priority: 1,
      isDefault: false,
      fate: 'host' as const,
    }))
    const text = explanationText({ ...EXPLAINED, routes: [...others, ...EXPLAINED.routes] }, PLACES)
    expect(text).toContain('and 501 of other hosts')
    expect(text).not.toContain('r499')
    expect(text).toMatch(/api +takes it/)
  })

  it('shows a redirect, a static answer and a refusal', () => {
    expect(outcomeText({ kind: 'redirect', status: 308, location: '/c', at: '/routes/api' })).toContain(
      'redirect 308 to /c  p.yaml:14:3',
    )
    expect(
      outcomeText({
        kind: 'static',
        status: 200,
        target: 'hello',
        at: '/routes/api',
        fields: ['X-A'],
        bodyBytes: 6,
      }),
    ).toContain('answer 200 from hello, 6 bytes  p.yaml:14:3\n  fields: X-A')
    expect(
      outcomeText({
        kind: 'refusal',
        status: 404,
        code: 'no_route',
        at: '/listeners/web',
        detail: 'nothing matched',
        hasErrorPage: true,
      }),
    ).toContain('answer 404 no_route: nothing matched\n  because of p.yaml:2:3\n  with an error page')
  })
})

describe('an explanation for programs', () => {
  it('has the place beside every pointer', () => {
    const json = JSON.parse(explanationJson(EXPLAINED, PLACES))
    expect(json.routes[1]).toEqual({
      id: 'api',
      at: '/routes/api',
      place: { file: 'p.yaml', line: 14, column: 3 },
      priority: 100,
      isDefault: false,
      fate: 'matched',
    })
    expect(json.routes[2]).not.toHaveProperty('place')
    expect(json.outcome.place.line).toBe(20)
  })

  it('asks for the place of everything that it shows', () => {
    expect(new Set(pointersOf(EXPLAINED))).toEqual(
      new Set([
        ...['/listeners/web', '/routes/admin', '/routes/api', '/routes/rest', '/upstreams/u/targets/0'],
        '/upstreams/u/peer/http_upstream_request_policy',
      ]),
    )
  })
})
