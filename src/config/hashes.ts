// A hash for each object of a config: whoever compiled it before needn't compile it again.
import { hashBytes } from '../base/hash.ts'
import { pointer } from '../base/pointer.ts'
import type { Gathered } from './gather.ts'
import { type Collection, forEachCollection, type Hashes } from './loaded.ts'

/** Hashes of everything that is compiled one by one. The keys of a filled config are always in the same order. */
export function hashObjects({ config, materials, named }: Omit<Gathered, 'files'>): Hashes {
  const content = (name: string): string => {
    const bytes = materials.files.get(name)
    return bytes === undefined ? '' : hashBytes(bytes)
  }
  const each = (collection: Collection): ReadonlyMap<string, string> =>
    new Map(
      Object.entries(config[collection]).map(([id, object]) => {
        const files = named.size === 0 ? undefined : named.get(pointer(collection, id))
        const text = JSON.stringify(object)
        return [id, hashBytes(files === undefined ? text : [text, ...files.map(content)].join(' '))]
      }),
    )
  return forEachCollection(each)
}
