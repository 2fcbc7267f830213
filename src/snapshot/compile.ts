// From a checked config to a snapshot: pure, in small steps, taking over from the snapshot before whatever didn't change.
import { createHash } from 'node:crypto'
import { duration, share } from '../base/checked.ts'
import { type Diagnostic, hasErrors } from '../base/diagnostic.ts'
import { hashOf } from '../base/hash.ts'
import { bad, good, type Outcome } from '../base/outcome.ts'
import { pointer } from '../base/pointer.ts'
import type { Configured } from '../config/loaded.ts'
import type {
  Config,
  Listener as WrittenListener,
  Route as WrittenRoute,
  Target as WrittenTarget,
} from '../config/shape.gen.ts'
import type { Certificate } from '../tls/certificate.ts'
import { compileCertificate, compileListenerTls } from '../tls/compile.ts'
import { certificateWarnings } from '../tls/warnings.ts'
import type { Agent } from '../tunnel/agent.ts'
import { compileAgent } from '../tunnel/compile.ts'
import { compilePool, type WrittenPool } from '../upstream/compile.ts'
import { type MergedPeer, mergePeer } from '../upstream/peer.ts'
import type { Pool } from '../upstream/target.ts'
import { compileListener } from './compile-listener.ts'
import { compileManagement } from './compile-management.ts'
import { compileRoute } from './compile-route.ts'
import { compilePages, compileTemplate, type Template } from './compile-template.ts'
import { overlapWarnings } from './overlap.ts'
import { routerSteps } from './router.ts'
import type { Listener, Route, Snapshot } from './snapshot.ts'
import { uncoveredHosts } from './uncovered.ts'

/** Compiles at once: for a command line, which has nobody waiting. */
export function compile(input: Configured, previous?: Snapshot): Outcome<Snapshot> {
  const steps = compileSteps(input, previous)
  for (;;) {
    const step = steps.next()
    if (step.done) return step.value
  }
}

/** Compiles in steps of well under a millisecond, so that a caller can let requests through between them. */
export function* compileSteps(input: Configured, previous?: Snapshot): Generator<void, Outcome<Snapshot>> {
  const { server, logging, state } = input.config
  const workshop = new Workshop(input, previous)
  yield* workshop.compileCertificates()
  const management = compileManagement(input.config, input.materials)
  workshop.diagnostics.push(...management.diagnostics)
  if (!management.ok || hasErrors(workshop.diagnostics)) return bad(workshop.diagnostics)
  workshop.compileAgents()
  yield* workshop.compileTemplates()
  yield* workshop.compileUpstreams()
  yield* workshop.compileRoutes()
  const listeners = yield* workshop.compileListeners()
  const { certificates, agents, templates, pools, routes } = workshop
  const byId = new Map(listeners.map(listener => [listener.id, listener]))
  const snapshot: Snapshot = Object.freeze({
    revision: yield* revisionSteps(input, management.value?.hash, [
      certificates,
      agents,
      templates,
      pools,
      routes,
      byId,
    ]),
    drainTimeout: duration(server.drain_timeout),
    reload: Object.freeze({
      debounce: duration(server.reload.debounce),
      poll: duration(server.reload.poll),
      maxRemovedRoutes: share(server.reload.max_removed_routes),
    }),
    logging: Object.freeze({
      level: logging.level,
      format: logging.format,
      access: Object.freeze({ ...logging.access, sample: share(logging.access.sample) }),
    }),
    stateDir: state.dir,
    management: management.value,
    listeners: byId,
    routes,
    pools,
    ownCookies: Object.freeze([
      ...new Set([...pools.values()].flatMap(({ sticky }) => sticky?.cookie ?? [])),
    ]),
    certificates,
    agents,
    templates,
  })
  const uncovered = yield* uncoveredHosts(listeners)
  const overlaps = overlapWarnings(listeners.map(listener => listener.router))
  return good(snapshot, [...workshop.diagnostics, ...uncovered, ...overlaps])
}

interface Table {
  readonly routes: Route[]
  isKept: boolean
}

/** The objects under compilation, one kind after the other, because each refers to those before it. Lives for one compile. */
class Workshop {
  readonly diagnostics: Diagnostic[] = []
  readonly certificates = new Map<string, Certificate>()
  readonly agents = new Map<string, Agent>()
  readonly templates = new Map<string, Template>()
  readonly pools = new Map<string, Pool>()
  readonly routes = new Map<string, Route>()
  /** By listener; `isKept` while every route was taken over. */
  private readonly tables = new Map<string, Table>()
  private readonly config: Config
  private readonly input: Configured
  private readonly previous: Snapshot | undefined
  private readonly defaultPeer: MergedPeer
  private readonly defaultsHash: string

  constructor(input: Configured, previous: Snapshot | undefined) {
    this.input = input
    this.config = input.config
    this.previous = previous
    const { peer } = input.config.defaults
    const { files } = input.materials
    this.defaultPeer = mergePeer(undefined, { at: pointer('defaults', 'peer'), peer, files })
    this.defaultsHash = hashOf([peer, this.defaultPeer.hash])
  }

  *compileCertificates(): Generator<void> {
    const { materials, hashes } = this.input
    for (const [id, written] of Object.entries(this.config.certificates)) {
      const hash = hashes.certificates.get(id) ?? hashOf(written)
      const before = this.previous?.certificates.get(id)
      const compiled = before?.hash === hash ? good(before) : compileCertificate(id, written, materials, hash)
      this.diagnostics.push(...compiled.diagnostics)
      if (compiled.ok) {
        this.certificates.set(id, compiled.value)
        this.diagnostics.push(...certificateWarnings(compiled.value, materials.now))
      }
      yield
    }
  }

  compileAgents(): void {
    for (const [id, written] of Object.entries(this.config.agents)) {
      const hash = this.input.hashes.agents.get(id) ?? hashOf(written)
      const before = this.previous?.agents.get(id)
      this.agents.set(id, before?.hash === hash ? before : compileAgent(id, written, hash))
    }
  }

  *compileTemplates(): Generator<void> {
    for (const [id, written] of Object.entries(this.config.templates)) {
      const hash = this.input.hashes.templates.get(id) ?? hashOf(written)
      const before = this.previous?.templates.get(id)
      this.templates.set(
        id,
        before?.hash === hash ? before : compileTemplate(written, this.input.materials, hash),
      )
      yield
    }
  }

  *compileUpstreams(): Generator<void> {
    for (const [id, written] of Object.entries(this.config.upstreams)) {
      const content = this.input.hashes.upstreams.get(id) ?? hashOf(written)
      this.addPool({
        ...written,
        id,
        name: written.name ?? id,
        at: pointer('upstreams', id),
        hash: this.poolHash(content, written.targets),
      })
      yield
    }
  }

  *compileRoutes(): Generator<void> {
    for (const [id, written] of Object.entries(this.config.routes)) {
      const content = this.input.hashes.routes.get(id) ?? hashOf(written)
      const hash = this.withTemplates(content, Object.values(written.error_pages))
      const before = this.previous?.routes.get(id)
      const poolBefore = before?.action.kind === 'forward' ? before.action.pool : undefined
      const pool = this.poolOf(id, written, content)
      const isKept = before?.hash === hash && poolBefore === pool
      const errorPages = isKept ? undefined : compilePages(written.error_pages, this.templates)
      this.addRoute(
        isKept
          ? before
          : compileRoute(id, written, { hash, pool, errorPages, files: this.input.materials.files }),
        isKept,
      )
      yield
    }
  }

  private addRoute(route: Route, isKept: boolean): void {
    this.routes.set(route.id, route)
    for (const id of route.listeners) {
      const table = this.tables.get(id)
      if (table === undefined) this.tables.set(id, { routes: [route], isKept })
      else {
        table.routes.push(route)
        table.isKept &&= isKept
      }
    }
  }

  private poolOf(routeId: string, { name, forward }: WrittenRoute, content: string): Pool | undefined {
    if (forward === undefined) return undefined
    if (forward.upstream !== undefined) return this.pools.get(forward.upstream)
    const id = `route:${routeId}`
    return this.addPool({
      ...forward,
      id,
      name: name ?? id,
      at: pointer('routes', routeId, 'forward'),
      hash: this.poolHash(content, forward.targets),
    })
  }

  private addPool(written: WrittenPool): Pool {
    const before = this.previous?.pools.get(written.id)
    const pool =
      before?.hash === written.hash
        ? before
        : compilePool(written, {
            defaults: this.defaultPeer,
            bodies: this.templates,
            agents: this.agents,
            files: this.input.materials.files,
          })
    this.pools.set(written.id, pool)
    return pool
  }

  *compileListeners(): Generator<void, readonly Listener[]> {
    const listeners: Listener[] = []
    for (const [id, written] of Object.entries(this.config.listeners)) {
      listeners.push(yield* this.compileListener(id, written))
      yield
    }
    return listeners
  }

  private *compileListener(id: string, written: WrittenListener): Generator<void, Listener> {
    const trustedProxies = this.config.server.trusted_proxies
    const content = this.input.hashes.listeners.get(id) ?? hashOf(written)
    const tls =
      written.protocol === 'https'
        ? compileListenerTls(id, written.tls, this.input.materials, this.certificates)
        : undefined
    const shown =
      tls === undefined
        ? ''
        : hashOf([tls.policy, tls.certificates.map(({ hash }) => hash), tls.selection.fallback.hash])
    const hash = `${this.withTemplates(content, Object.values(written.error_pages))} ${trustedProxies.join(' ')} ${shown}`
    const before = this.previous?.listeners.get(id)
    const { routes, isKept } = this.tables.get(id) ?? { routes: [], isKept: true }
    // Every route was here before and none has gone: the table is the same.
    const isSameTable = before !== undefined && isKept && before.router.routes.length === routes.length
    if (isSameTable && before.hash === hash) return before
    const router = isSameTable ? before.router : yield* routerSteps(routes)
    const errorPages = compilePages(written.error_pages, this.templates)
    return compileListener(id, written, { hash, trustedProxies, errorPages, tls, router })
  }

  private poolHash(content: string, targets: readonly Pick<WrittenTarget, 'static' | 'transport'>[]): string {
    const ids = targets.flatMap(target => target.static?.template ?? [])
    const isBehindAgents = targets.some(target => target.transport === 'agent')
    const agents = isBehindAgents ? [...this.agents.values()].map(({ hash }) => hash).join(' ') : ''
    return `${this.withTemplates(content, ids)} ${this.defaultsHash}${agents}`
  }

  /** A content hash, extended by what the templates it names are. */
  private withTemplates(content: string, ids: readonly string[]): string {
    return ids.length === 0 ? content : `${content} ${ids.map(id => this.templates.get(id)?.hash).join(' ')}`
  }
}

const HASHED_AT_ONCE = 512

/** One hash over the hashes of everything: equal revisions mean the same thing. */
function* revisionSteps(
  { config }: Configured,
  management: string | undefined,
  parts: readonly Iterable<readonly [id: string, part: { readonly hash: string }]>[],
): Generator<void, string> {
  const total = createHash('sha256').update(
    hashOf([config.defaults, config.server, config.logging, config.state, management]),
  )
  for (const part of parts) {
    let lines: string[] = []
    for (const [id, { hash }] of part) {
      lines.push(`${id} ${hash}\n`)
      if (lines.length < HASHED_AT_ONCE) continue
      total.update(lines.join(''))
      lines = []
      yield
    }
    total.update(`${lines.join('')}\n`)
  }
  return total.digest('hex').slice(0, 32)
}
