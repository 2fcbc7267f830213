// How connections are made and kept, merged from the places where it may be written (design config, "peer").
import { duration } from '../base/checked.ts'
import { type Pointer, step } from '../base/pointer.ts'
import type { Peer as WrittenPeer } from '../config/shape.gen.ts'
import type { Peer, Profile } from './target.ts'

/** One place where connection options are written. */
export interface PeerLayer {
  readonly at: Pointer
  readonly peer: WrittenPeer
}

export type MergedPeer = Pick<Profile, 'peer' | 'setBy'>

const NAMES = {
  connectionTimeout: 'connection_timeout',
  totalConnectionTimeout: 'total_connection_timeout',
  readTimeout: 'read_timeout',
  writeTimeout: 'write_timeout',
  idleTimeout: 'idle_timeout',
} as const satisfies Readonly<Record<keyof Peer, keyof WrittenPeer>>

const KEYS = Object.keys(NAMES) as readonly (keyof Peer)[]

const BUILT_IN: MergedPeer = Object.freeze({
  peer: Object.freeze({
    connectionTimeout: 5_000,
    totalConnectionTimeout: 10_000,
    readTimeout: 0,
    writeTimeout: 60_000,
    idleTimeout: 60_000,
  }),
  setBy: Object.freeze({}),
})

/** Goes over what was merged so far, key by key; `null` is the built-in default. Nothing written, the same object comes back. */
export function mergePeer(below: MergedPeer | undefined, layer: PeerLayer): MergedPeer {
  const base = below ?? BUILT_IN
  if (KEYS.every(key => layer.peer[NAMES[key]] === undefined)) return base
  const peer: { -readonly [K in keyof Peer]: number } = { ...base.peer }
  const setBy: { -readonly [K in keyof Peer]?: Pointer } = { ...base.setBy }
  for (const key of KEYS) {
    const written = layer.peer[NAMES[key]]
    if (written === undefined) continue
    delete setBy[key]
    peer[key] = BUILT_IN.peer[key]
    if (written === null) continue
    peer[key] = duration(written)
    setBy[key] = step(layer.at, NAMES[key])
  }
  return Object.freeze({ peer: Object.freeze(peer), setBy: Object.freeze(setBy) })
}
