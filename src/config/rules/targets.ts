// Every target of a config, with its place.
import { type Pointer, pointer, step } from '../../base/pointer.ts'
import type { Config, Target } from '../shape.gen.ts'
import { type Values, valuesOf } from '../values.ts'
import type { Draft, PlacedTarget } from './draft.ts'

/** The targets of every pool, named or in place. */
export function placeTargets(config: Config, written: Draft['written']): readonly PlacedTarget[] {
  const all: PlacedTarget[] = []
  const add = (targets: readonly Target[], holder: Values, pool: Pointer): void => {
    const list = Object.hasOwn(holder, 'targets') ? (holder['targets'] as readonly unknown[]) : []
    for (const [index, target] of targets.entries())
      all.push({ target, written: valuesOf(list[index]), at: step(pool, index), pool })
  }
  for (const [id, { targets }] of Object.entries(config.upstreams))
    add(targets, written('upstreams', id), pointer('upstreams', id, 'targets'))
  for (const [id, { forward }] of Object.entries(config.routes))
    if (forward !== undefined && forward.targets.length > 0)
      add(
        forward.targets,
        valuesOf(written('routes', id)['forward']),
        pointer('routes', id, 'forward', 'targets'),
      )
  return all
}
