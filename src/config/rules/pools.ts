// Every pool of a config, named or in place, with its place.
import { type Pointer, pointer } from '../../base/pointer.ts'
import type { Forward, Upstream } from '../shape.gen.ts'
import { type Values, valuesOf } from '../values.ts'
import type { Draft } from './draft.ts'

export interface PlacedPool {
  readonly pool: Upstream | Forward
  readonly written: Values
  readonly at: Pointer
}

/** The upstreams, and what routes write in place of one. */
export function placePools({ config, written }: Pick<Draft, 'config' | 'written'>): readonly PlacedPool[] {
  const named = Object.entries(config.upstreams).map(([id, pool]) => ({
    pool,
    written: written('upstreams', id),
    at: pointer('upstreams', id),
  }))
  const inPlace = Object.entries(config.routes).flatMap(([id, { forward }]) =>
    forward === undefined || forward.upstream !== undefined
      ? []
      : [
          {
            pool: forward,
            written: valuesOf(written('routes', id)['forward']),
            at: pointer('routes', id, 'forward'),
          },
        ],
  )
  return [...named, ...inPlace]
}
