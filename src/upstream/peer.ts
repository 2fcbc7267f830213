// How connections are made and kept, merged from the places where it may be written (design config, "peer").
import { type Pointer, step } from '../base/pointer.ts'
import type { Peer as WrittenPeer } from '../config/shape.gen.ts'
import { type RequestPolicy, STANDARD } from '../http/request-policy.ts'
import { peerHash } from './peer-hash.ts'
import { peerValue } from './peer-values.ts'
import { readPolicy } from './request-policy.ts'
import type { Peer, Profile } from './target.ts'
import { TLS_POLICIES } from './tls-policy.ts'

/** One place where connection options are written. */
export interface PeerLayer {
  readonly at: Pointer
  readonly peer: WrittenPeer
  /** Of the materials, by the paths that are written. */
  readonly files: ReadonlyMap<string, Uint8Array>
}

/** `sni` without a `setBy` follows the origin, which isn't known here. */
export interface MergedPeer extends Pick<Profile, 'peer' | 'setBy' | 'hash'> {
  /** About requests, not about connections: it is no part of a profile. */
  readonly policy: RequestPolicy
}

const NAMES = {
  connectionTimeout: 'connection_timeout',
  totalConnectionTimeout: 'total_connection_timeout',
  readTimeout: 'read_timeout',
  writeTimeout: 'write_timeout',
  idleTimeout: 'idle_timeout',
  maxConnections: 'max_connections',
  alpn: 'alpn',
  sni: 'sni',
  verifyCert: 'verify_cert',
  verifyHostname: 'verify_hostname',
  ca: 'ca',
  useSystemCerts: 'use_system_certs',
  alternativeCn: 'alternative_cn',
  clientCertKey: 'client_cert_key',
  psk: 'psk',
  tlsPolicy: 'tls_policy',
  proxy: 'proxy',
  bindTo: 'bind_to',
  tcpKeepalive: 'tcp_keepalive',
  groupKey: 'group_key',
} as const satisfies Readonly<Record<keyof Peer, keyof WrittenPeer>>

const KEYS = Object.keys(NAMES) as readonly (keyof Peer)[]

const BUILT_IN: MergedPeer = sealPeer(
  {
    connectionTimeout: 5_000,
    totalConnectionTimeout: 10_000,
    readTimeout: 0,
    writeTimeout: 60_000,
    idleTimeout: 60_000,
    maxConnections: 0,
    alpn: 'h1',
    sni: undefined,
    verifyCert: true,
    verifyHostname: true,
    ca: undefined,
    useSystemCerts: true,
    alternativeCn: Object.freeze([]),
    clientCertKey: undefined,
    psk: undefined,
    tlsPolicy: TLS_POLICIES.intermediate,
    proxy: undefined,
    bindTo: Object.freeze([]),
    tcpKeepalive: Object.freeze({ idle: 60_000, interval: undefined, count: undefined }),
    groupKey: '',
  },
  {},
  STANDARD,
)

/** Goes over what was merged so far, key by key; `null` is the built-in default. Nothing written, the same object comes back. */
export function mergePeer(below: MergedPeer | undefined, layer: PeerLayer): MergedPeer {
  const base = withPolicy(below ?? BUILT_IN, layer)
  if (KEYS.every(key => layer.peer[NAMES[key]] === undefined)) return base
  const peer: { -readonly [K in keyof Peer]: unknown } = { ...base.peer }
  const setBy: { -readonly [K in keyof Peer]?: Pointer } = { ...base.setBy }
  for (const key of KEYS) {
    const written = layer.peer[NAMES[key]]
    if (written === undefined) continue
    delete setBy[key]
    peer[key] = BUILT_IN.peer[key]
    if (written === null) continue
    peer[key] = peerValue(key, written, layer.files)
    setBy[key] = step(layer.at, NAMES[key])
  }
  return sealPeer(peer as Peer, setBy, base.policy)
}

function withPolicy(base: MergedPeer, { at, peer }: PeerLayer): MergedPeer {
  const { http_upstream_request_policy: written } = peer
  if (written === undefined) return base
  return Object.freeze({ ...base, policy: readPolicy(written, step(at, 'http_upstream_request_policy')) })
}

/** Options with the places where they were written, as they stay. */
export function sealPeer(peer: Peer, setBy: MergedPeer['setBy'], policy: RequestPolicy): MergedPeer {
  return Object.freeze({
    peer: Object.freeze(peer),
    setBy: Object.freeze(setBy),
    hash: peerHash(peer),
    policy,
  })
}
