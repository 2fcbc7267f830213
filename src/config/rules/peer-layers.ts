// The places where the connection options of one target are written, the nearest to it first: they merge key by key.
import { type Pointer, pointer, step, steps } from '../../base/pointer.ts'
import type { Config, Peer } from '../shape.gen.ts'
import type { PlacedTarget } from './draft.ts'

export interface PeerLayer {
  readonly peer: Peer
  readonly at: Pointer
}

/** A value that holds, and where it is written. */
export interface Holding<T> {
  readonly value: T
  readonly at: Pointer
  readonly layer: PeerLayer
}

export function defaultLayer(config: Config): PeerLayer {
  return { peer: config.defaults.peer, at: pointer('defaults', 'peer') }
}

/** Of a target, its pool and the file. */
export function targetLayers({ target, at, pool }: PlacedTarget, config: Config): readonly PeerLayer[] {
  const [collection, id = ''] = steps(pool)
  const peer = collection === 'upstreams' ? config.upstreams[id]?.peer : config.routes[id]?.forward?.peer
  const own = { peer: target.peer, at: step(at, 'peer') }
  const ofPool = peer && { peer, at: pool.replace(/targets$/, 'peer') }
  return ofPool === undefined ? [own, defaultLayer(config)] : [own, ofPool, defaultLayer(config)]
}

/** The first layer that says something about a key decides; undefined where none does, or it says null. */
export function holding<K extends keyof Peer>(
  layers: readonly PeerLayer[],
  key: K,
): Holding<NonNullable<Peer[K]>> | undefined {
  const layer = layers.find(({ peer }) => peer[key] !== undefined)
  const value = layer?.peer[key]
  if (layer === undefined || value === undefined || value === null) return undefined
  return { value, at: step(layer.at, key), layer }
}

/** Whether the proxy on the way speaks TLS, so that what says whom we trust means something without an https target. */
export function hasSecureProxy(layers: readonly PeerLayer[]): boolean {
  return /^https:/i.test(holding(layers, 'proxy')?.value.uri ?? '')
}
