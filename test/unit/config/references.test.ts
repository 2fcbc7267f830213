import { describe, expect, it } from 'vitest'
import { compile } from '../../../src/snapshot/compile.ts'
import { codes, configured, loadFolder, loadText, makeFolder } from './support.ts'

const listener = (name: string): string =>
  `version: 1\nlisteners:\n  web: { protocol: http, port: 8080, name: ${name} }\n`

function nameOf(name: string, environment: Readonly<Record<string, string>> = {}): string | undefined {
  return configured(loadText(listener(name), { environment })).config.listeners['web']?.name
}

describe('references', () => {
  it.each([
    ['"${env:A}"', 'a'],
    ['"x${env:A}y${env:A}"', 'xaya'],
    ['"${env:NONE:-other}"', 'other'],
    ['"${env:EMPTY:-other}"', 'other'],
    ['"${env:A:-other}"', 'a'],
    ['"-${env:EMPTY}-"', '--'],
    ['"${env:NONE:-}x"', 'x'],
    ['"$${env:A}"', '${env:A}'],
    ['"$$${env:A}"', '$${env:A}'],
    ['"$5 {a}"', '$5 {a}'],
    ['"${env:ODD}"', '${env:A}'],
    ['"${env:NONE:-a:-b}"', 'a:-b'],
  ])('%s is %s', (written, meant) => {
    expect(nameOf(written, { A: 'a', EMPTY: '', ODD: '${env:A}' })).toBe(meant)
  })

  it('a whole one gets the type that its place wants', () => {
    const text =
      'version: 1\nlisteners:\n  web: { protocol: http, port: "${env:PORT}", enabled: "${env:ON}", name: "${env:PORT}" }\nserver: { drain_timeout: "${env:ZERO}" }\n'
    const { config } = configured(loadText(text, { environment: { PORT: '8080', ON: 'false', ZERO: '0' } }))
    expect(config.listeners['web']).toMatchObject({ port: 8080, enabled: false, name: '8080' })
    expect(config.server.drain_timeout).toBe('0')
  })

  it('a part of a text stays text', () => {
    const text = 'version: 1\nlisteners:\n  web: { protocol: http, port: "80${env:A}" }\n'
    expect(codes(loadText(text, { environment: { A: '80' } }))).toEqual(['3:32 shape/type'])
  })

  it('mean nothing in a body', () => {
    const text =
      'version: 1\ntemplates:\n  t: { kind: generic_body, body: "${env:A} ${x}", description: "${env:A}" }\nupstreams:\n  u: { targets: [{ static: { body: "${y" } }] }\n'
    const { config } = configured(loadText(text, { environment: { A: 'a' } }))
    expect(config.templates['t']).toMatchObject({ body: '${env:A} ${x}', description: 'a' })
    expect(config.upstreams['u']?.targets[0]?.static?.body).toBe('${y')
  })

  it('inherited names of the environment are not set', () => {
    expect(codes(loadText(listener('"${env:toString}"')))).toEqual(['3:44 reference/unresolved'])
  })

  it('files lose one trailing line end', () => {
    using folder = makeFolder({
      'p2pstream.yaml': listener('"${file:a}${file:b}${file:c}"'),
      a: 'a\n',
      b: 'b\r\n',
      c: 'c',
    })
    expect(configured(loadFolder(folder)).config.listeners['web']?.name).toBe('abc')
  })

  it('files that are too large, or aren’t text, are findings', () => {
    using folder = makeFolder({
      'p2pstream.yaml': `${listener('"${file:large}"')}  b: { protocol: http, port: 8081, name: "\${file:binary}" }\n`,
    })
    folder.write('large', 'x'.repeat(1024 ** 2 + 1))
    folder.write('binary', new Uint8Array([0xff, 0xfe]))
    expect(codes(loadFolder(folder))).toEqual(['3:44 reference/unresolved', '4:42 file/not-text'])
  })
})

const UNKNOWN = `version: 1
listeners:
  a: { protocol: http, port: "\${env:A}", bind: "\${env:B}" }
  b: { protocol: http, port: "\${env:A}", bind: "\${env:B}", trusted_proxies: ["\${env:C}"] }
templates:
  t: { kind: error_page, body_file: "\${env:D}" }
upstreams:
  u:
    load_balancing: "\${env:E}"
    targets:
      - { id: "\${env:F}", url: "http://\${env:G}:80", basic_auth: { username: x, password: "\${file:/nowhere/at/all}" } }
      - { id: "\${env:F}", url: "\${env:G}", weight: "\${env:H}", response_header_timeout: "\${env:I}" }
routes:
  r:
    listener: "\${env:J}"
    match: { host: ["\${env:K}", "\${env:L}"], path_prefix: "\${env:M}", methods: ["\${env:N}"] }
    max_body_bytes: "\${env:O}"
    request_headers: { set: { X: "\${env:P}" }, remove: ["\${env:Q}"] }
    rewrite: { add_prefix: "\${env:R}", strip_prefix: "\${env:R}" }
    forward: { upstream: "\${env:S}" }
  s:
    listener: a
    match: { host: "\${env:T}" }
    redirect: { mode: absolute_url, target: "\${env:U}", status: "\${env:V}" }
logging: { access: { sample: "\${env:W}" } }
`

describe('where a config is only looked at', () => {
  it('what isn’t known is a note, and nothing is told of what stands in for it', () => {
    const loaded = loadText(UNKNOWN, { missingReferences: 'note' })
    expect(loaded.outcome.ok).toBe(true)
    expect(new Set(loaded.outcome.diagnostics.map(({ code, severity }) => `${severity} ${code}`))).toEqual(
      new Set(['note reference/unresolved']),
    )
    expect(loaded.outcome.diagnostics).toHaveLength(29)
  })

  it('the stand-ins compile', () => {
    const compiled = compile(configured(loadText(UNKNOWN, { missingReferences: 'note' })))
    expect(compiled.ok).toBe(true)
  })

  it('where it shall run, each is an error, and still nothing is told of the stand-ins', () => {
    const { outcome } = loadText(UNKNOWN)
    expect(outcome.ok).toBe(false)
    expect(new Set(outcome.diagnostics.map(({ code, severity }) => `${severity} ${code}`))).toEqual(
      new Set(['error reference/unresolved']),
    )
  })

  it('syntax stays an error', () => {
    expect(codes(loadText(listener('"${nothing}"'), { missingReferences: 'note' }))).toEqual([
      '3:44 reference/syntax',
    ])
  })
})

describe('secrets', () => {
  const everything = (loaded: ReturnType<typeof loadText>): string =>
    loaded.outcome.diagnostics
      .map(
        diagnostic => JSON.stringify(diagnostic) + (diagnostic.place ? loaded.frame(diagnostic.place) : ''),
      )
      .join('\n')

  it('from files are in no finding, whatever is wrong with them', () => {
    const secret = 'hunter2 and more'
    const places = [
      'logging: { level: "${file:secret}", format: "${file:secret}" }',
      'server: { drain_timeout: "${file:secret}", trusted_proxies: ["${file:secret}"], limits: { max_headers: "${file:secret}", max_body_bytes: "${file:secret}" } }',
      'listeners:\n  web: { protocol: "${file:secret}", port: "${file:secret}", bind: "${file:secret}", mode: "${file:secret}", error_pages: { 502: "${file:secret}" } }\n  two: { protocol: http, port: 80 }',
      'upstreams:\n  u: { targets: [{ id: "${file:secret}", url: "${file:secret}", weight: "${file:secret}" }, { url: "http://${file:secret}" }] }',
      'routes:\n  r: { listener: "${file:secret}", match: { host: "${file:secret}", path: "${file:secret}", methods: ["${file:secret}"] }, request_headers: { set: { A: "${file:secret}\\n" }, remove: ["${file:secret}"] }, forward: { upstream: "${file:secret}" } }\n  s: { listener: two, match: { path: /a }, redirect: { mode: absolute_url, target: "${file:secret}" } }\n  t: { listener: two, match: { path: /b }, redirect: { mode: same_host_path, target: "/${file:secret}" } }',
    ]
    using folder = makeFolder({ 'p2pstream.yaml': `version: 1\n${places.join('\n')}\n`, secret })
    const loaded = loadFolder(folder)
    expect(loaded.outcome.diagnostics.length).toBeGreaterThan(20)
    expect(everything(loaded)).not.toContain('hunter2')
    expect(everything(loaded)).not.toContain('and%20more')
  })

  it('written literally are masked in the pictures, in any style', () => {
    const text = `version: 1
upstreams:
  u:
    targets:
      - url: http://a
        wieght: 1
        basic_auth: { username: app, password: hunter2, x: 1 }
      - url: http://b
        basic_auth:
          username: app
          passwort: hunter2
          password: "hunter2\\n"
      - url: http://c
        basic_auth:
          username: "a:b"
          password: |-
            hunter2
      - url: http://app:hunter2@d
`
    const loaded = loadText(text)
    expect(loaded.outcome.diagnostics.length).toBeGreaterThan(2)
    expect(everything(loaded)).not.toContain('hunter2')
    for (let line = 1; line <= text.split('\n').length; line++) {
      const frame = loaded.frame({ file: 'p2pstream.yaml', line, column: 1, endLine: line, endColumn: 2 })
      expect(frame).not.toContain('hunter2')
    }
  })

  it('are masked in JSON and in a file that isn’t YAML too', () => {
    const json = loadText(
      '{"version": 2, "upstreams": {"u": {"targets": [{"url": "a", "basic_auth": {"username": "x", "password": "hunter2"}}]}}}',
    )
    expect(everything(json)).toContain('"version": 2')
    expect(everything(json)).not.toContain('hunter2')
    const broken = loadText('version: 1\na: [ { password: hunter2 }\n')
    expect(codes(broken)).toHaveLength(1)
    expect(everything(broken)).not.toContain('hunter2')
  })

  it('that hold ${ by chance aren’t repeated', () => {
    const target = (password: string): string =>
      `version: 1\nupstreams:\n  u: { targets: [{ url: a, basic_auth: { username: x, password: "${password}" } }] }\n`
    for (const password of ['${hunter2}', 'hun${hunter2', '${env:hunter2:-${hunter2}']) {
      const loaded = loadText(target(password))
      expect(loaded.outcome.diagnostics.map(({ code }) => code)).toEqual(['reference/syntax'])
      expect(everything(loaded)).not.toContain('hunter2')
    }
  })

  it('variables print normally', () => {
    const loaded = loadText(listener('x').replace('8080', '"${env:PORT}"'), { environment: { PORT: 'many' } })
    expect(everything(loaded)).toContain('many')
  })
})
