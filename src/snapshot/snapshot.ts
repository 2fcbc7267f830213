// What the file means as a whole: frozen, with references in place of names and numbers in place of words.
// It holds no socket, timer, counter or promise, and never sees what runs.
import type { Address } from '../base/address.ts'
import type { AddressSet } from '../base/cidr.ts'
import type { Pointer } from '../base/pointer.ts'
import type { FieldEdits } from '../http/edits.ts'
import type { Redirect } from '../http/location.ts'
import type { Rewrite } from '../http/rewrite.ts'
import type { ErrorPages } from '../http/template.ts'
import type { RouteMatch } from '../match/route-match.ts'
import type { Certificate } from '../tls/certificate.ts'
import type { ListenerTls } from '../tls/listener-tls.ts'
import type { Agent } from '../tunnel/agent.ts'
import type { Retry } from '../upstream/retry.ts'
import type { Leg, Pool } from '../upstream/target.ts'
import type { Template } from './compile-template.ts'
import type { Management } from './management.ts'
import type { Router } from './router.ts'

/** Bytes, counts and milliseconds; 0 means none for the maxima that allow it and off for a timeout. */
export interface Limits {
  readonly maxHeaderBytes: number
  readonly maxHeaders: number
  readonly maxUrlBytes: number
  readonly maxBodyBytes: number
  readonly headerTimeout: number
  readonly bodyIdleTimeout: number
  readonly writeIdleTimeout: number
  readonly keepaliveTimeout: number
  readonly maxConnections: number
  readonly maxRequestsInFlight: number
}

export interface Listener {
  readonly id: string
  readonly name: string
  readonly at: Pointer
  /** Of everything the listener means, its routes aside. */
  readonly hash: string
  readonly enabled: boolean
  readonly protocol: 'http' | 'https'
  /** HTTP/2 is spoken too. */
  readonly http2: boolean
  readonly proxyProtocol: 'off' | 'accept' | 'require'
  /** Present for `https`. */
  readonly tls: ListenerTls | undefined
  /** What every request is answered with; undefined when routes decide. */
  readonly redirectToHttps: Redirect | undefined
  readonly address: Address
  readonly limits: Limits
  /** server.trusted_proxies and the listener's own. */
  readonly trustedProxies: AddressSet
  readonly errorPages: ErrorPages | undefined
  readonly router: Router
}

export interface Forward {
  readonly kind: 'forward'
  readonly pool: Pool
  /** By `target.index`; undefined at the places of static targets. */
  readonly legs: readonly (Leg | undefined)[]
  readonly rewrite: Rewrite | undefined
  /** Undefined when there are none. */
  readonly retry: Retry | undefined
  /** Some target of the pool is reached through agents. */
  readonly hasAgents: boolean
}

export interface Route {
  readonly id: string
  readonly name: string
  readonly at: Pointer
  /** Of everything the route means, its pool aside: equal hashes and the same pool mean the same route. */
  readonly hash: string
  readonly listeners: readonly string[]
  readonly enabled: boolean
  readonly isDefault: boolean
  readonly priority: number
  readonly match: RouteMatch
  readonly pathSecurity: 'strict' | 'allow_encoded_separators'
  /** 0: the listener's limit holds. */
  readonly maxBodyBytes: number
  readonly responseEdits: FieldEdits | undefined
  readonly errorPages: ErrorPages | undefined
  readonly action: Forward | Redirect
}

export interface AccessLog {
  readonly enabled: boolean
  readonly format: 'json' | 'combined'
  /** 0 to 1; errors are always kept. */
  readonly sample: number
}

export interface Logging {
  readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error'
  readonly format: 'json' | 'pretty'
  readonly access: AccessLog
}

export interface ReloadRules {
  readonly debounce: number
  /** 0 turns the poll off. */
  readonly poll: number
  /** 0 to 1. */
  readonly maxRemovedRoutes: number
}

export interface Snapshot {
  /** Hash of the config and of every file it names: equal revisions mean the same thing. */
  readonly revision: string
  readonly drainTimeout: number
  readonly reload: ReloadRules
  readonly logging: Logging
  /** Where what outlives the process is kept; `''` for the default folder. */
  readonly stateDir: string
  /** undefined: no address but the control socket. */
  readonly management: Management | undefined
  /** By id, disabled ones too. */
  readonly listeners: ReadonlyMap<string, Listener>
  /** By id, disabled ones too. */
  readonly routes: ReadonlyMap<string, Route>
  /** By id, those written in place (`route:<id>`) too. */
  readonly pools: ReadonlyMap<string, Pool>
  /** Names of cookies that are ours: no origin sees one. */
  readonly ownCookies: readonly string[]
  /** By id; the next compile takes over what didn't change. */
  readonly certificates: ReadonlyMap<string, Certificate>
  /** By id, disabled ones too. */
  readonly agents: ReadonlyMap<string, Agent>
  readonly templates: ReadonlyMap<string, Template>
}
