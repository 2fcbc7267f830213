// A config on its way to being sound: what the rules look at.

import type { Pointer } from '../../base/pointer.ts'
import type { Findings } from '../findings.ts'
import type { Collection } from '../loaded.ts'
import type { Config, Target } from '../shape.gen.ts'
import type { Values } from '../values.ts'

export interface Draft {
  /** Defaults filled in; objects with a value of the wrong type are left out. */
  readonly config: Config
  /** What the file says of an object, before defaults: a key that isn't here wasn't written. */
  written(collection: Collection, id: string): Values
  /** The targets of every pool, named or in place. */
  readonly targets: readonly PlacedTarget[]
}

export interface PlacedTarget {
  readonly target: Target
  readonly written: Values
  readonly at: Pointer
  /** Of the list it is in. */
  readonly pool: Pointer
}

/** Looks at one concern of a whole config. */
export type Rule = (draft: Draft, findings: Findings) => void
