// How connections are made and kept, merged from the places where it may be written (design config, "peer").
import { duration } from '../base/checked.ts'
import { type Pointer, step } from '../base/pointer.ts'
import type { Peer as WrittenPeer } from '../config/shape.gen.ts'
import { type RequestPolicy, STANDARD } from '../http/request-policy.ts'
import { readPolicy } from './request-policy.ts'
import type { Peer, Profile } from './target.ts'

/** One place where connection options are written. */
export interface PeerLayer {
  readonly at: Pointer
  readonly peer: WrittenPeer
  /** Of the materials, by the paths that are written. */
  readonly files: ReadonlyMap<string, Uint8Array>
}

/** `sni` without a `setBy` follows the origin, which isn't known here. */
export interface MergedPeer extends Pick<Profile, 'peer' | 'setBy'> {
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
} as const satisfies Readonly<Record<keyof Peer, keyof WrittenPeer>>

const KEYS = Object.keys(NAMES) as readonly (keyof Peer)[]

const BUILT_IN: MergedPeer = Object.freeze({
  peer: Object.freeze({
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
  }),
  setBy: Object.freeze({}),
  policy: STANDARD,
})

/** What a written value means. */
function meaning(key: keyof Peer, written: unknown, files: PeerLayer['files']): unknown {
  switch (key) {
    case 'alpn':
    case 'maxConnections':
    case 'verifyCert':
    case 'verifyHostname':
      return written
    case 'sni':
      return written === '' ? undefined : String(written).toLowerCase()
    case 'ca':
      return Object.freeze((written as readonly string[]).map(name => files.get(name) ?? new Uint8Array(0)))
    default:
      return duration(String(written))
  }
}

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
    peer[key] = meaning(key, written, layer.files)
    setBy[key] = step(layer.at, NAMES[key])
  }
  return Object.freeze({
    peer: Object.freeze(peer as Peer),
    setBy: Object.freeze(setBy),
    policy: base.policy,
  })
}

function withPolicy(base: MergedPeer, { at, peer }: PeerLayer): MergedPeer {
  const { http_upstream_request_policy: written } = peer
  if (written === undefined) return base
  return Object.freeze({ ...base, policy: readPolicy(written, step(at, 'http_upstream_request_policy')) })
}
