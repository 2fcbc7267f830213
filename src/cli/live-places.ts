// Where the things that a running server tells of are written: it knows pointers, the file at hand their places.
import { systemClock } from '../base/clock.ts'
import type { Place } from '../base/diagnostic.ts'
import type { Pointer } from '../base/pointer.ts'
import { check, placesOf } from './check.ts'
import type { Environment } from './environment.ts'
import { findSource } from './source.ts'

/** By pointer; empty where no file is at hand, or where it isn't the one that runs, whose places would be wrong. */
export async function livePlaces(
  config: string | undefined,
  environment: Environment,
  revision: string,
  pointers: Iterable<Pointer>,
): Promise<ReadonlyMap<Pointer, Place>> {
  const found = config === '-' ? undefined : await findSource(config)
  if (found === undefined || !found.ok) return new Map()
  const { loaded, snapshot } = check({
    source: found.source,
    environment,
    missingReferences: 'note',
    now: systemClock().wall(),
  })
  return snapshot?.revision === revision ? placesOf(loaded, pointers) : new Map()
}

/** `p2pstream.yaml:41:3`, or the pointer where no place is known. */
export function placed(at: Pointer, places: ReadonlyMap<Pointer, Place>): string {
  const place = places.get(at)
  return place === undefined ? at : `${place.file}:${place.line}:${place.column}`
}
