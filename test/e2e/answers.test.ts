// Answers that no origin makes: static targets, templates, redirects, error pages, and the refusals of the path.
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import * as line from '../support/access-line.ts'
import { fieldValue, fieldValues } from '../support/incoming.ts'
import { freePort } from '../support/ports.ts'
import { type Stage, startStage } from '../support/stage.ts'

describe('answers of our own', () => {
  let stage: Stage
  beforeAll(async () => {
    const closed = await freePort()
    stage = await startStage(
      {
        top: `templates:
  soon: { kind: generic_body, content_type: text/html; charset=utf-8, body: "<h1>Back soon</h1>" }
  file: { kind: generic_body, body_file: pages/file.txt }
  broken: { kind: error_page, body: "status {{ .status }} {{ .reason }} id {{ .request_id }}" }
  any5: { kind: error_page, content_type: text/plain, body: "five" }
  mine: { kind: error_page, content_type: text/plain, body: "listener page" }`,
        listener: 'error_pages: { "404": mine }',
        routes: `
static:
  listener: web
  match: { path: /static }
  response_headers: { set: { X-Route: "yes" } }
  forward: { targets: [{ static: { status: 201, headers: { Cache-Control: no-store, X-List: [a, b] }, body: "Hello\\n" } }] }
nothing:
  listener: web
  match: { path: /nothing }
  forward: { targets: [{ static: { status: 204 } }] }
soon:
  listener: web
  match: { path: /soon }
  forward: { targets: [{ static: { status: 503, template: soon } }] }
file:
  listener: web
  match: { path: /file }
  forward: { targets: [{ static: { template: file } }] }
broken:
  listener: web
  match: { path: /broken }
  error_pages: { "502": broken, 5xx: any5 }
  response_headers: { set: { X-Route: "yes" } }
  forward: { targets: [{ url: "http://127.0.0.1:${closed}" }] }
empty:
  listener: web
  match: { path: /empty }
  error_pages: { "502": broken, 5xx: any5 }
  forward: { targets: [{ static: { status: 200 }, weight: 0 }] }
separators:
  listener: web
  match: { path_prefix: /sep }
  path_security: allow_encoded_separators
  forward: { targets: [{ static: { status: 200, body: sep } }] }
old:
  listener: web
  match: { path_prefix: /old }
  redirect: { mode: same_host_path, target: "/new?fixed=1" }
keep:
  listener: web
  match: { path_prefix: /keep }
  redirect: { mode: external_origin_keep_path, target: "https://new.example.com", status: 301 }
from:
  listener: web
  match: { path_prefix: /from }
  redirect: { mode: absolute_url, target: "https://target.example/base?fixed=1#frag", status: 307, preserve_path_suffix: true, preserve_query: true }
secure:
  listener: web
  match: { path_prefix: /secure }
  redirect: { mode: https, target: ":8443", status: 308 }
`,
      },
      { files: { 'pages/file.txt': 'from a file' } },
    )
    stage.origin.on('/origin-502', turn => turn.answer(502, [], 'theirs'))
  })
  afterAll(() => stage[Symbol.asyncDispose]())

  it('a static target answers any method with its status, fields and body', async () => {
    for (const method of ['GET', 'POST', 'DELETE', 'PURGE']) {
      const reply = await stage.ask('/static', { method, ...(method === 'POST' ? { body: 'x' } : {}) })
      expect(reply.status).toBe(201)
      expect(reply.body.toString()).toBe('Hello\n')
      expect(fieldValues(reply.fields, 'x-list')).toEqual(['a', 'b'])
      expect(fieldValue(reply.fields, 'cache-control')).toBe('no-store')
      expect(fieldValue(reply.fields, 'content-type')).toBe('text/plain; charset=utf-8')
      expect(fieldValue(reply.fields, 'x-route')).toBe('yes')
      expect(fieldValue(reply.fields, 'date')).toMatch(/GMT$/)
    }
  })

  it('HEAD of a static target has the length and no body', async () => {
    const reply = await stage.ask('/static', { method: 'HEAD' })
    expect(fieldValue(reply.fields, 'content-length')).toBe('6')
    expect(reply.body.length).toBe(0)
  })

  it('204 has neither length nor type', async () => {
    const reply = await stage.ask('/nothing')
    expect(reply.status).toBe(204)
    expect(fieldValues(reply.fields, 'content-type')).toEqual([])
  })

  it('a static answer on a kept connection is followed by the next, its request body skipped', async () => {
    await using visitor = await stage.visit()
    const post = 'POST /static HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nGET /'
    await visitor.send(`${post}${post}GET /soon HTTP/1.1\r\nHost: a\r\n\r\n`)
    expect((await visitor.answer()).status).toBe(201)
    expect((await visitor.answer()).status).toBe(201)
    expect((await visitor.answer()).status).toBe(503)
  })

  it('a template supplies the body, from the text or from a file', async () => {
    const soon = await stage.ask('/soon')
    expect(soon.status).toBe(503)
    expect(fieldValue(soon.fields, 'content-type')).toBe('text/html; charset=utf-8')
    expect(soon.body.toString()).toBe('<h1>Back soon</h1>')
    const file = await stage.ask('/file')
    expect([file.status, file.body.toString()]).toEqual([200, 'from a file'])
  })

  it('an error page stands in for our own answer, the exact status first', async () => {
    const reply = await stage.ask('/broken')
    expect(reply.status).toBe(502)
    expect(fieldValue(reply.fields, 'x-route')).toBe('yes')
    const record = await stage.world.accessLine('/broken', line.askedFor('/broken'))
    expect(reply.body.toString()).toBe(`status 502 Bad Gateway id ${line.requestId(record)}`)
    const empty = await stage.ask('/empty')
    expect([empty.status, empty.body.toString()]).toEqual([503, 'five'])
  })

  it("an error page never stands in for the origin's own answer or for a static target's", async () => {
    expect((await stage.ask('/origin-502')).body.toString()).toBe('theirs')
    expect((await stage.ask('/soon')).body.toString()).toBe('<h1>Back soon</h1>')
  })

  it.each([
    ['/old/thing?x=1', 302, '/new/thing?fixed=1&x=1'],
    ['/old', 302, '/new?fixed=1'],
    ['/old/%2e', 400, undefined],
    ['/keep/path?x=1', 301, 'https://new.example.com/keep/path?x=1'],
    ['/from/deep?x=1', 307, 'https://target.example/base/deep?fixed=1&x=1#frag'],
    ['/secure/a%20b?c', 308, 'https://a.test:8443/secure/a%20b?c'],
  ])('%s is redirected: %i %s', async (target, status, location) => {
    const reply = await stage.ask(target, { host: 'a.test:80' })
    expect(reply.status).toBe(status)
    expect(fieldValues(reply.fields, 'location')).toEqual(location === undefined ? [] : [location])
  })

  it.each([
    ['/a/../static', 400],
    ['/a/%2e%2e/static', 400],
    ['/a\\b', 400],
    ['/a%5cb', 400],
    ['/a%2fb', 400],
    ['/a%00b', 400],
    ['/sep/a%2fb', 200],
    ['/sep/%2e%2e%2fb', 400],
    ['//static', 201],
    ['/static/', 200],
  ])('%s is %i', async (target, status) => {
    expect((await stage.ask(target)).status).toBe(status)
  })

  it('OPTIONS * is 204; CONNECT and TRACE are 405', async () => {
    expect((await stage.ask('*', { method: 'OPTIONS' })).status).toBe(204)
    expect((await stage.ask('/x', { method: 'TRACE' })).status).toBe(405)
    expect((await stage.ask('a.test:443', { method: 'CONNECT' })).status).toBe(405)
  })
})
