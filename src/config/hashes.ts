// A hash for each object of a config: whoever compiled it before needn't compile it again.
import { hashBytes } from '../base/hash.ts'
import type { Collection, Hashes } from './loaded.ts'
import type { Materials } from './materials.ts'
import type { Config } from './shape.gen.ts'

/** Hashes of everything that is compiled one by one. The keys of a filled config are always in the same order. */
export function hashObjects(config: Config, materials: Materials): Hashes {
  const each = (collection: Collection): ReadonlyMap<string, string> =>
    new Map(Object.entries(config[collection]).map(([id, object]) => [id, hashBytes(JSON.stringify(object))]))
  const templates = Object.entries(config.templates).map(([id, template]) => {
    const bytes = materials.files.get(template.body_file ?? '')
    const content = bytes === undefined ? '' : hashBytes(bytes)
    return [id, hashBytes(`${JSON.stringify(template)} ${content}`)] as const
  })
  return {
    listeners: each('listeners'),
    templates: new Map(templates),
    upstreams: each('upstreams'),
    routes: each('routes'),
  }
}
