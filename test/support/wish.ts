// What a choice of a target depends on, for tests: no fields, a clock that stands still, and luck drawn from a seed.
import { addressSet } from '../../src/base/cidr.ts'
import type { Field } from '../../src/http/edits.ts'
import { type Facts, readFacts } from '../../src/http/facts.ts'
import type { Target } from '../../src/upstream/target.ts'
import type { Chance, Wish } from '../../src/upstream/wish.ts'
import { ConnectionField } from '../../src/wire/h1/connection-field.ts'
import { chance } from './chance.ts'
import { handClock } from './clock.ts'
import { fieldReader } from './field-reader.ts'

/** The same seed has the same luck. */
export function luck(seed = 1): Chance {
  const draws = chance(seed)
  return { clock: handClock(), random: { fraction: () => draws.below(2 ** 31) / 2 ** 31 } }
}

export interface WishWords {
  /** Path and query. */
  readonly target?: string
  readonly host?: string
  readonly from?: string
  readonly fields?: readonly Field[]
  readonly tried?: readonly Target[]
  readonly wanted?: Target
  readonly chance?: Chance
}

export function factsOf({
  target = '/',
  host = 'a.example',
  from = '192.0.2.1',
  fields = [],
}: WishWords): Facts {
  const head = {
    method: 'GET',
    scheme: 'http' as const,
    authority: host,
    target,
    fields: fieldReader(fields),
    connection: new ConnectionField(),
  }
  return readFacts({ ...head, peer: from }, addressSet([]))
}

export function wishOf(words: WishWords = {}): Wish {
  return {
    ...(words.chance ?? luck()),
    facts: factsOf(words),
    tried: words.tried ?? [],
    wanted: words.wanted,
  }
}
