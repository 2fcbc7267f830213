// What goes into a load and what comes out of it.
import type { Diagnostic, Place } from '../base/diagnostic.ts'
import type { Outcome } from '../base/outcome.ts'
import type { Materials } from './materials.ts'
import type { Config } from './shape.gen.ts'

export interface LoadRequest {
  /** A file or a folder that holds p2pstream.yaml; or text that was read elsewhere, with the name it is shown by. */
  readonly source: { readonly path: string } | { readonly text: string; readonly name: string }
  /** What `${env:NAME}` means. */
  readonly environment: Readonly<Record<string, string | undefined>>
  /** What a reference that can't be resolved is, and a key file that can't be read; `note` puts a stand-in of the right type in its place. */
  readonly missingReferences: 'note' | 'error'
  /** Milliseconds since 1970: certificates expire. */
  readonly now: number
}

/** Maps of the config whose members are compiled one by one, and which an included file may hold. */
export const COLLECTIONS = [
  'listeners',
  'certificates',
  'agents',
  'templates',
  'upstreams',
  'routes',
] as const
export type Collection = (typeof COLLECTIONS)[number]

/** Something for each of the maps. */
export function forEachCollection<T>(make: (collection: Collection) => T): Record<Collection, T> {
  return Object.fromEntries(COLLECTIONS.map(name => [name, make(name)])) as Record<Collection, T>
}

/** A hash of each object's content, defaults filled in, and of the files it names: equal hashes mean the same thing. */
export type Hashes = Readonly<Record<Collection, ReadonlyMap<string, string>>>

export interface Configured {
  readonly config: Config
  readonly materials: Materials
  readonly hashes: Hashes
}

/** What a change to would mean another load. Absolute paths. */
export interface Watched {
  /** Files that were read, or that are named but can't be: the main file, included ones, bodies, certificates, keys, `${file:}`. */
  readonly files: readonly string[]
  /** Folders in which an include's glob looks. */
  readonly folders: readonly string[]
  /** What was seen of each when it was read, in the words of `seen.ts`; nothing of a file that was too large. */
  readonly seen: ReadonlyMap<string, string>
}

export interface Loaded {
  readonly outcome: Outcome<Configured>
  /** What could be read although something is wrong, for who asks about one setting; undefined where nothing could be. */
  readonly partial: Config | undefined
  /** Fills in the places of diagnostics, of this load or of what was compiled from it, and sorts by them. */
  locate(diagnostics: readonly Diagnostic[]): readonly Diagnostic[]
  /** The first line of a place, with literal secrets masked; undefined when its file wasn't read. */
  frame(place: Place): string | undefined
  readonly watched: Watched
}
