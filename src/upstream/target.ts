// A pool and its targets, compiled: plain frozen values without sockets or counters.
import type { Labels } from '../base/labels.ts'
import type { Pointer } from '../base/pointer.ts'
import type { Secret } from '../base/secret.ts'
import type { Answer } from '../http/answer.ts'
import type { Field, FieldEdits, WrittenEdits } from '../http/edits.ts'
import type { RequestPolicy } from '../http/request-policy.ts'
import type { KeepAlive } from '../net/dial-tcp.ts'
import type { OwnCertificate, TlsPolicy } from '../net/trust.ts'
import type { Hashing } from './hash-key.ts'
import type { HealthRules } from './health/rules.ts'
import type { Retry } from './retry.ts'
import type { Sticky } from './sticky.ts'

export type LoadBalancing =
  | 'weighted_round_robin'
  | 'round_robin'
  | 'random'
  | 'weighted_random'
  | 'least_active_requests'
  | 'weighted_least_active_requests'
  | 'hash'
  | 'power_of_two'
  | 'peak_ewma'

/** Where an origin listens. `hostField` is what its Host field says: `name`, `name:8080`, `[::1]:80`, `localhost` for unix. */
export interface Origin {
  readonly scheme: 'http' | 'https'
  readonly host: string
  readonly port: number
  /** Set for `unix:/path`; host and port then mean nothing. */
  readonly socketPath: string | undefined
  readonly hostField: string
  /** As written in the file, for logs. */
  readonly url: string
}

/** A proxy that makes tunnels on CONNECT (RFC 9110 9.3.6). */
export interface TunnelProxy {
  readonly origin: Origin
  /** Proxy-Authorization. */
  readonly authorization: Secret | undefined
  readonly fields: readonly Field[]
}

export interface SharedKey {
  readonly identity: string
  /** Hex. */
  readonly key: Secret
}

/** How connections are made and kept (design config, "peer"). Milliseconds; 0 turns a timeout, or pooling, off. */
export interface Peer {
  readonly connectionTimeout: number
  readonly totalConnectionTimeout: number
  readonly readTimeout: number
  readonly writeTimeout: number
  readonly idleTimeout: number
  /** Connections there may be at once; 0 for as many as it takes. */
  readonly maxConnections: number
  /** `h2c`: in plain text; the others but `h1` are agreed on in the handshake. */
  readonly alpn: 'h1' | 'h2' | 'h2h1' | 'h2c'
  /** The name that is asked for; undefined: none, and the origin's host is verified. Means nothing without https, as what follows. */
  readonly sni: string | undefined
  readonly verifyCert: boolean
  readonly verifyHostname: boolean
  /** Files of certificates (PEM) that are trusted in place of the built-in and the system's ones. */
  readonly ca: readonly Uint8Array[] | undefined
  readonly useSystemCerts: boolean
  /** Names beside its own that the origin's certificate may be for. */
  readonly alternativeCn: readonly string[]
  /** What we show the origin. */
  readonly clientCertKey: OwnCertificate | undefined
  /** In place of all certificates. */
  readonly psk: SharedKey | undefined
  readonly tlsPolicy: TlsPolicy
  readonly proxy: TunnelProxy | undefined
  /** Local addresses; none for the system's choice. */
  readonly bindTo: readonly string[]
  readonly tcpKeepalive: KeepAlive | undefined
  /** Whose connections they are; means nothing else. */
  readonly groupKey: string
}

/** Connections with the same profile may serve each other's requests; anything that differs keeps them apart. */
export interface Profile {
  /** Stable across reloads: the target's identity and a hash of origin and peer. */
  readonly identity: string
  /** The part of it that no edit of origin or peer changes. */
  readonly owner: string
  /** The id of the agent that connects; undefined when we do. */
  readonly via: string | undefined
  readonly origin: Origin
  readonly peer: Peer
  /** Where each key was written, `/defaults/peer/read_timeout`; absent when it is the built-in default. */
  readonly setBy: Readonly<Partial<Record<keyof Peer, Pointer>>>
  /** Of the options but `sni`: equal hashes mean the same. */
  readonly hash: string
}

interface TargetCommon {
  /** Position in the pool. */
  readonly index: number
  /** What State knows it by: its id, else its url (`http://name:8080`, `#2` for a repeat), else a hash of the static content. */
  readonly key: string
  /** What people see: name, id, or `target-<n>`. */
  readonly name: string
  readonly at: Pointer
  readonly enabled: boolean
  readonly priorityGroup: number
  readonly weight: number
  readonly tags: readonly string[]
}

export interface ProxyTarget extends TargetCommon {
  readonly kind: 'proxy'
  readonly profile: Profile
  readonly policy: RequestPolicy
  readonly preserveHost: boolean
  readonly responseHeaderTimeout: number
  readonly responseHeaderTimeoutAt: Pointer | undefined
  /** Changes to the request's fields, the target's own and basic_auth. */
  readonly requestEdits: readonly WrittenEdits[]
  /** Undefined when nothing is known of its health but that it is enabled. */
  readonly health: HealthRules | undefined
  /** Of a target that only agents can reach: the ways through them, which have the connections and the health. Undefined for a direct one. */
  readonly paths: Paths | undefined
}

export interface StaticTarget extends TargetCommon {
  readonly kind: 'static'
  readonly answer: Answer
}

export type Target = ProxyTarget | StaticTarget

export interface Group {
  readonly priority: number
  /** Enabled, with a weight above zero, in the order of the file. */
  readonly members: readonly Target[]
  /** The sum of the members' weights. */
  readonly totalWeight: number
}

export interface Pool {
  /** The upstream's id, or `route:<route id>` for a pool written in place. */
  readonly id: string
  /** What people see: name or id. */
  readonly name: string
  readonly at: Pointer
  /** Of everything the pool means: equal hashes mean the same pool. */
  readonly hash: string
  readonly loadBalancing: LoadBalancing
  /** What routes go over with their own. */
  readonly retry: Retry
  /** Present for `hash`. */
  readonly hashing: Hashing | undefined
  /** Undefined when nobody is brought back. */
  readonly sticky: Sticky | undefined
  readonly targets: readonly Target[]
  /** Only groups with members, lowest priority number first. */
  readonly groups: readonly Group[]
  /** By `target.index`, for routes that add nothing of their own; undefined at the places of static targets. */
  readonly legs: readonly (Leg | undefined)[]
}

/** The agents that may reach a target, each as a target whose key is the agent's id. */
export interface Paths extends Pool {
  /** Labels that must all be on one agent; never empty. */
  readonly selector: Labels
  readonly origin: Origin
}

/** One way from a route to a proxy target: everything that the two decide together. */
export interface Leg {
  readonly target: ProxyTarget
  readonly profile: Profile
  /** By `index` of the target's paths; undefined for a direct target. */
  readonly paths: readonly Leg[] | undefined
  readonly responseHeaderTimeout: number
  readonly responseHeaderTimeoutAt: Pointer | undefined
  /** Field changes of route, target and basic_auth, in that order; undefined when there are none. */
  readonly requestEdits: FieldEdits | undefined
  /** With every name of `requestEdits` protected. */
  readonly policy: RequestPolicy
}
