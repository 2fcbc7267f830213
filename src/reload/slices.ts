// A config taken apart for its way from one thread to another, and put together again: no message holds more than a few
// hundred objects, so that receiving one never takes long.
import {
  COLLECTIONS,
  type Collection,
  type Configured,
  forEachCollection,
  type Hashes,
} from '../config/loaded.ts'
import type { Materials } from '../config/materials.ts'
import type { Config } from '../config/shape.gen.ts'

/** Measured: 200 routes arrive in 0.4 ms. */
const SLICE = 200

/** Everything but the entries of the collections. */
export interface Trunk {
  readonly config: Config
  readonly materials: Materials
}

export interface Slice {
  readonly collection: Collection
  readonly entries: readonly (readonly [id: string, value: unknown, hash: string])[]
}

/** What goes first. */
export function trunkOf({ config, materials }: Configured): Trunk {
  return { config: { ...config, ...forEachCollection(() => ({})) }, materials }
}

/** What follows, piece by piece. */
export function* slicesOf({ config, hashes }: Configured): Generator<Slice, void> {
  for (const collection of COLLECTIONS) {
    const ids = Object.keys(config[collection])
    for (let at = 0; at < ids.length; at += SLICE) {
      const entries = ids
        .slice(at, at + SLICE)
        .map(id => [id, config[collection][id], hashes[collection].get(id) ?? ''] as const)
      yield { collection, entries }
    }
  }
}

/** Collects what arrives. */
export interface Assembly {
  add(slice: Slice): void
  /** What was taken apart, once every slice is in. */
  whole(): Configured
}

export function openAssembly(trunk: Trunk): Assembly {
  const parts = forEachCollection((): Record<string, unknown> => ({}))
  const hashes = forEachCollection(() => new Map<string, string>())
  return {
    add({ collection, entries }) {
      for (const [id, value, hash] of entries) {
        parts[collection][id] = value
        hashes[collection].set(id, hash)
      }
    },
    whole: () => ({
      // What was taken apart as a Config is a Config again; between threads there are no types.
      config: { ...trunk.config, ...parts } as Config,
      materials: trunk.materials,
      hashes: hashes satisfies Hashes,
    }),
  }
}
