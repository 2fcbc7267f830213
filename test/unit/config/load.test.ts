import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { Config } from '../../../src/config/shape.gen.ts'
import { growth } from '../../support/cpu-time.ts'
import { codes, configured, loadFolder, loadText, makeFolder } from './support.ts'

const LISTENER = 'listeners:\n  web: { protocol: http, port: 8080 }\n'
const configOf = (text: string): Config => configured(loadText(`version: 1\n${text}`)).config

describe('a config', () => {
  it('has every default', () => {
    const config = configOf('')
    expect(config).toEqual({
      version: 1,
      include: [],
      defaults: { peer: {} },
      server: {
        drain_timeout: '30s',
        reload: { debounce: '200ms', poll: '2s', max_removed_routes: '100%' },
        trusted_proxies: [],
        limits: {
          max_header_bytes: '64KiB',
          max_headers: 128,
          max_url_bytes: '16KiB',
          max_body_bytes: '0',
          header_timeout: '10s',
          body_idle_timeout: '60s',
          write_idle_timeout: '60s',
          keepalive_timeout: '75s',
          max_connections: 0,
          max_requests_in_flight: 0,
        },
      },
      logging: { level: 'info', format: 'json', access: { enabled: true, format: 'json', sample: '100%' } },
      listeners: {},
      state: { dir: '' },
      certificates: {},
      agents: {},
      templates: {},
      upstreams: {},
      routes: {},
    })
  })

  it('has lists where one value was written, and sizes and durations as text', () => {
    const { routes, upstreams } = configOf(`${LISTENER}
upstreams:
  pool:
    peer: { read_timeout: 0, write_timeout: null }
    targets: [{ url: "http://a/", request_headers: { set: { A: b, C: [d, e] } } }]
routes:
  a: { listener: web, match: { host: h, path_prefix: /a }, max_body_bytes: 512, rewrite: { strip_prefix: "" }, forward: { upstream: pool } }
`)
    expect(routes['a']).toMatchObject({
      listener: ['web'],
      match: { host: ['h'], path_prefix: ['/a'], path: [], methods: [] },
      max_body_bytes: '512',
      rewrite: { strip_prefix: [], add_prefix: '' },
    })
    expect(upstreams['pool']?.peer).toEqual({ read_timeout: '0', write_timeout: null })
    expect(upstreams['pool']?.targets[0]).toMatchObject({
      url: 'http://a',
      request_headers: { set: { A: ['b'], C: ['d', 'e'] } },
    })
  })

  it('an object with an emptied list is there, as if the list were left out', () => {
    const text = `version: 1
listeners: { web: { protocol: http, port: 80 } }
upstreams: { pool: { tags: null, targets: [{ url: "http://a" }] } }
routes: { a: { listener: web, default: true, forward: { upstream: pool } } }
`
    const { outcome } = loadText(text)
    expect(outcome.ok && outcome.value.config.upstreams['pool']?.tags).toEqual([])
  })

  it('a listener’s limits are the server’s with its own over them', () => {
    const { listeners } = configOf(`
server: { limits: { max_headers: 10, header_timeout: 5s } }
listeners:
  a: { protocol: http, port: 1, limits: { max_headers: 20 } }
  b: { protocol: http, port: 2 }
`)
    expect(listeners['a']?.limits).toMatchObject({
      max_headers: 20,
      header_timeout: '5s',
      max_url_bytes: '16KiB',
    })
    expect(listeners['b']?.limits).toMatchObject({ max_headers: 10, header_timeout: '5s' })
  })

  it('redirects have defaults that depend on their mode', () => {
    const { routes } = configOf(`${LISTENER}
routes:
  a: { listener: web, match: { path: /a }, redirect: { mode: same_host_path, target: /b } }
  b: { listener: web, match: { path: /b }, redirect: { mode: absolute_url, target: "http://b/", preserve_query: true } }
`)
    expect(routes['a']?.redirect).toMatchObject({
      preserve_path_suffix: true,
      preserve_query: true,
      status: 302,
    })
    expect(routes['b']?.redirect).toMatchObject({ preserve_path_suffix: false, preserve_query: true })
  })

  it('maps and lists whose entries are all commented out mean what leaving them out means', () => {
    expect(configOf('server:\nroutes:\ninclude:\n')).toEqual(configOf(''))
    expect(configOf('server:\n  limits:\n')).toEqual(configOf(''))
  })

  it('is never the prototype of anything', () => {
    const text = 'listeners: { __proto__: { protocol: http, port: 1, enabled: true } }'
    expect(codes(loadText(`version: 1\n${text}`))).toEqual(['2:14 shape/id'])
    expect(({} as Record<string, unknown>)['enabled']).toBeUndefined()
  })

  it.each(['__proto__', 'constructor', 'toString'])('has no pool that is called %s', name => {
    const forward = `forward: { upstream: ${name}, peer: { read_timeout: 1s }, retry: { attempts: 2 } }`
    const text = `version: 1\n${LISTENER}routes:\n  a:\n    listener: web\n    default: true\n    ${forward}\n`
    const found = codes(loadText(text))
    expect(found).toHaveLength(1)
    expect(found[0]).toMatch(/^8:26 /)
  })

  it('has the same hashes for the same objects, wherever and however they are written', () => {
    const one = configured(
      loadText(
        `version: 1\n${LISTENER}routes:\n  a: { listener: web, default: true, redirect: { mode: https } }\n`,
      ),
    )
    const two = configured(
      loadText(
        `version: 1\nroutes:\n  a:\n    redirect: { mode: https, status: 302 }\n    default: true\n    listener: [web]\n${LISTENER}`,
      ),
    )
    expect(two.hashes).toEqual(one.hashes)
    const three = configured(loadText(`version: 1\nserver: { limits: { max_headers: 5 } }\n${LISTENER}`))
    expect(three.hashes.listeners.get('web')).not.toBe(one.hashes.listeners.get('web'))
  })
})

describe('findings', () => {
  it('of 1,000 bad routes are a hundred and a summary, sorted by place', () => {
    const routes = Array.from(
      { length: 1000 },
      (_, index) => `  r${index}: { listener: web, match: { path: /${index} } }\n`,
    )
    const { outcome } = loadText(`version: 1\n${LISTENER}routes:\n${routes.join('')}`)
    expect(outcome.ok).toBe(false)
    expect(outcome.diagnostics).toHaveLength(101)
    expect(outcome.diagnostics[0]).toMatchObject({
      code: 'shape/too-many',
      message: expect.stringContaining('900'),
    })
    const lines = outcome.diagnostics.map(({ place }) => place?.line ?? 0)
    expect(lines).toEqual(lines.toSorted((a, b) => a - b))
  })

  it('of very many bad targets in one pool cost no more than their number', () => {
    const run = (count: number): void => {
      const targets = '      - { url: "http://a", weight: x, wieght: 1 }\n'.repeat(count)
      const { outcome } = loadText(`version: 1\nupstreams:\n  a:\n    targets:\n${targets}`)
      expect(outcome.diagnostics).toHaveLength(101)
      expect(outcome.diagnostics[0]?.message).toContain(`${count * 2 - 100} more`)
    }
    expect(growth(run, 300)).toBeLessThan(30)
  }, 60_000)

  it('of unknown names among very many cost no search that is felt', () => {
    const run = (count: number): void => {
      const pools = Array.from(
        { length: count },
        (_, index) => `  pool-${index}: { targets: [{ url: a }] }\n`,
      )
      const routes = Array.from(
        { length: 200 },
        (_, index) =>
          `  r${index}: { listener: web, match: { path: /${index} }, forward: { upstream: poll-${index} } }\n`,
      )
      const { outcome } = loadText(
        `version: 1\n${LISTENER}upstreams:\n${pools.join('')}routes:\n${routes.join('')}`,
      )
      expect(outcome.diagnostics.filter(({ code }) => code === 'name/unknown-upstream')).toHaveLength(100)
      expect(outcome.diagnostics.some(({ message }) => message.includes('did you mean'))).toBe(true)
    }
    expect(growth(run, 300)).toBeLessThan(30)
  }, 60_000)

  it('a mistyped key isn’t also missed', () => {
    expect(codes(loadText('version: 1\nlisteners:\n  web: { protcol: http, prot: 80 }\n'))).toEqual([
      '3:10 shape/unknown-key',
      '3:25 shape/unknown-key',
    ])
  })

  it('places are given to what is found later, and to what is related', () => {
    const loaded = loadText(`version: 1\n${LISTENER}`)
    const [found] = loaded.locate([
      {
        code: 'listener/cannot-bind',
        severity: 'error',
        message: 'x',
        at: '/listeners/web/port',
        on: 'value',
        related: [{ at: '/listeners/web', on: 'key', message: 'y' }],
      },
    ])
    expect(found?.place).toMatchObject({ line: 3, column: 32 })
    expect(found?.related?.[0]?.place).toMatchObject({ line: 3, column: 3 })
  })

  it('warnings don’t stop a load', () => {
    const { outcome } = loadText('version: 1\nupstreams: { a: { targets: [] } }\n')
    expect(outcome.ok).toBe(true)
    expect(outcome.diagnostics.map(({ severity, code }) => `${severity} ${code}`)).toEqual([
      'warning upstream/no-target',
    ])
  })
})

describe('the example of the schema', () => {
  it('every `examples` value is valid where it stands', () => {
    const schema = JSON.parse(
      readFileSync(new URL('../../../schemas/p2pstream.schema.json', import.meta.url), 'utf8'),
    )
    const text = JSON.stringify({
      version: 1,
      include: schema.properties.include.examples[0],
      server: { trusted_proxies: schema.$defs.Proxies.examples[0] },
      templates: { 'back-soon': { kind: 'error_page', body: '' }, sorry: { kind: 'error_page', body: '' } },
      listeners: Object.fromEntries(
        schema.$defs.Listener.properties.bind.examples.map((bind: string, index: number) => [
          `l${index}`,
          {
            protocol: 'http',
            bind,
            ...(bind.startsWith('unix:')
              ? { mode: schema.$defs.Listener.properties.mode.examples[0] }
              : { port: 80 }),
            error_pages: schema.$defs.ErrorPages.examples[0],
          },
        ]),
      ),
      upstreams: {
        pool: { targets: schema.$defs.Target.properties.url.examples.map((url: string) => ({ url })) },
      },
      routes: {
        a: {
          listener: 'l0',
          match: Object.fromEntries(
            ['host', 'path_prefix', 'methods'].map(key => [
              key,
              schema.$defs.Match.properties[key].examples.at(-1),
            ]),
          ),
          forward: { upstream: 'pool' },
        },
      },
    })
    expect(codes(loadText(text))).toEqual([])
  })
})

describe('a key that isn’t there', () => {
  const TEXT = `version: 1
certificates: { site: { cert_file: site.pem, key_file: site.key } }
`
  const CERT = readFileSync(
    join(import.meta.dirname, '../../conformance/diagnostics/parts/tls/good.pem'),
    'utf8',
  )

  it.each([
    ['error', false],
    ['note', true],
  ] as const)('is told as %s', (missingReferences, ok) => {
    using folder = makeFolder({ 'p2pstream.yaml': TEXT, 'site.pem': CERT })
    const { outcome, watched } = loadFolder(folder, { missingReferences })
    expect(outcome).toMatchObject({
      ok,
      diagnostics: [
        { code: 'file/unreadable', severity: missingReferences, at: '/certificates/site/key_file' },
      ],
    })
    expect(watched.files).toEqual(
      expect.arrayContaining([join(folder.path, 'site.pem'), join(folder.path, 'site.key')]),
    )
  })

  it('named from an included file starts at that file’s folder', () => {
    using folder = makeFolder({
      'p2pstream.yaml': 'version: 1\ninclude: [conf.d/*.yaml]\n',
      'conf.d/site.yaml': 'certificates: { site: { cert_file: site.pem, key_file: site.key } }\n',
      'conf.d/site.pem': CERT,
    })
    const { outcome } = loadFolder(folder, { missingReferences: 'note' })
    const value = outcome.ok ? outcome.value : undefined
    expect(value?.config.certificates['site']?.cert_file).toBe('conf.d/site.pem')
    expect(value?.materials.files.has('conf.d/site.pem')).toBe(true)
  })
})

it('a listener may be on an address with a zone', () => {
  const listener = (bind: string): string => `{ protocol: http, port: 80, bind: "${bind}" }`
  const text = (other: string): string =>
    `version: 1\nlisteners:\n  a: ${listener('fe80::1%eth0')}\n  b: ${listener(other)}\n`
  expect(codes(loadText(text('fe80::1%eth1')))).toEqual([])
  expect(codes(loadText(text('FE80:0::1%eth0')))).toEqual(['4:30 listener/address-taken'])
})
