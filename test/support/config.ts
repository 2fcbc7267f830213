// Whole configs from the few words that a unit test cares about; everything else has the schema's defaults.
import { type Configured, forEachCollection } from '../../src/config/loaded.ts'
import type {
  Agent,
  Certificate,
  Config,
  Forward,
  HeaderEdits,
  Limits,
  Listener,
  Route,
  Target,
  Template,
} from '../../src/config/shape.gen.ts'

/** When tests load: certificates expire. */
export const NOW: number = Date.UTC(2026, 10, 25)

const NO_EDITS: HeaderEdits = { set: {}, add: {}, remove: [] }

const LIMITS: Limits = {
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
}

export type TargetWords = Partial<Omit<Target, 'static'>> & {
  readonly static?: Partial<Target['static'] & object>
}
export type ForwardWords = Partial<Omit<Forward, 'targets'>> & { readonly targets?: readonly TargetWords[] }
export type RouteWords = Partial<Omit<Route, 'match' | 'forward' | 'redirect' | 'rewrite'>> & {
  readonly match?: Partial<Route['match']>
  readonly forward?: ForwardWords
  readonly redirect?: Partial<Route['redirect'] & object>
  readonly rewrite?: Partial<Route['rewrite']>
}

export interface ConfigWords {
  readonly server?: Partial<Config['server']>
  readonly defaults?: Config['defaults']
  readonly listeners?: Readonly<Record<string, Partial<Listener>>>
  readonly certificates?: Readonly<Record<string, Partial<Certificate>>>
  readonly agents?: Readonly<Record<string, Partial<Agent>>>
  readonly templates?: Readonly<Record<string, Partial<Template>>>
  readonly upstreams?: Readonly<Record<string, ForwardWords>>
  readonly routes?: Readonly<Record<string, RouteWords>>
}

/** A config with its defaults filled in; listener `web` on port 8080 unless listeners are given. */
export function configOf(words: ConfigWords): Config {
  return {
    version: 1,
    include: [],
    defaults: words.defaults ?? { peer: {} },
    server: {
      drain_timeout: '30s',
      reload: { debounce: '200ms', poll: '2s', max_removed_routes: '100%' },
      trusted_proxies: [],
      limits: LIMITS,
      ...words.server,
    },
    logging: { level: 'info', format: 'json', access: { enabled: true, format: 'json', sample: '100%' } },
    state: { dir: '' },
    listeners: mapped(words.listeners ?? { web: {} }, listenerOf),
    certificates: mapped(words.certificates ?? {}, certificate => ({ hosts: [], ...certificate })),
    agents: mapped(words.agents ?? {}, agentOf),
    templates: mapped(words.templates ?? {}, templateOf),
    upstreams: mapped(words.upstreams ?? {}, poolOf),
    routes: mapped(words.routes ?? {}, routeOf),
  }
}

/** The same, ready to compile; hashes are left to the compiler. */
export function configured(
  words: ConfigWords,
  files: ReadonlyMap<string, Uint8Array> = new Map(),
): Configured {
  const none = new Map<string, string>()
  const hashes = forEachCollection(() => none)
  return { config: configOf(words), materials: { files, now: NOW }, hashes }
}

function mapped<A, B>(from: Readonly<Record<string, A>>, each: (value: A) => B): Readonly<Record<string, B>> {
  return Object.fromEntries(Object.entries(from).map(([id, value]) => [id, each(value)]))
}

function listenerOf(words: Partial<Listener>): Listener {
  const common = {
    protocol: 'http' as const,
    bind: '',
    enabled: true,
    http2: true,
    proxy_protocol: 'off' as const,
    tls: {
      min_version: '1.2' as const,
      ciphers: '',
      client_ca_file: '',
      certificates: [],
      default_certificate: '',
    },
    redirect_to_https: false,
    trusted_proxies: [],
    limits: LIMITS,
    error_pages: {},
  }
  return words.bind?.startsWith('unix:') ? { ...common, ...words } : { ...common, port: 8080, ...words }
}

function agentOf(words: Partial<Agent>): Agent {
  const token_hash = `sha256:${'0'.repeat(64)}`
  return { token_hash, enabled: true, labels: {}, weight: 100, allow_targets: [], max_streams: 0, ...words }
}

function templateOf(words: Partial<Template>): Template {
  return { kind: 'generic_body', content_type: 'text/html; charset=utf-8', description: '', ...words }
}

function targetOf(words: TargetWords): Target {
  const { static: answer, ...rest } = words
  return {
    enabled: true,
    priority_group: 0,
    weight: 100,
    tags: [],
    transport: 'direct',
    agent_selector: {},
    agent_load_balancing: 'round_robin',
    tls_skip_verify: false,
    preserve_host: false,
    request_headers: NO_EDITS,
    health_check: {},
    passive_health: {},
    peer: {},
    ...rest,
    ...(answer === undefined ? {} : { static: { status: 200, headers: {}, ...answer } }),
  }
}

function poolOf(words: ForwardWords): Forward {
  const targets = (words.targets ?? []).map(targetOf)
  return {
    load_balancing: 'weighted_round_robin',
    hash_on: ['none'],
    hash_fallback: ['none'],
    slots: 10_000,
    sticky: { enabled: false, cookie: 'p2p_sticky', ttl: '0s' },
    tags: [],
    peer: {},
    health_check: {},
    passive_health: {},
    retry: {},
    ...words,
    targets,
  }
}

function routeOf(words: RouteWords): Route {
  const { match, forward, redirect, rewrite, ...rest } = words
  const isAbsolute = redirect?.mode === 'absolute_url'
  return {
    listener: ['web'],
    enabled: true,
    default: false,
    priority: 100,
    path_security: 'strict',
    max_body_bytes: '0',
    request_headers: NO_EDITS,
    response_headers: NO_EDITS,
    error_pages: {},
    ...rest,
    match: { host: [], path_prefix: [], path: [], methods: [], ...match },
    rewrite: { strip_prefix: [], add_prefix: '', ...rewrite },
    ...(forward === undefined ? {} : { forward: poolOf(forward) }),
    ...(redirect === undefined
      ? {}
      : {
          redirect: {
            mode: 'same_host_path' as const,
            target: '',
            status: 302 as const,
            preserve_path_suffix: !isAbsolute,
            preserve_query: !isAbsolute,
            ...redirect,
          },
        }),
  }
}
