// What takes the place of a value that isn't known here: of the right type, and unlike every other, so that nothing is told of it.
import { type Shape, typesOf } from './shape.ts'
import type { Site } from './tree.ts'
import { valueAt, valuesOf } from './values.ts'

const BY_FORM: Readonly<Record<string, (count: number) => string>> = {
  bind_to: count => `100::${count.toString(16)}`,
  bind: count => `100::${count.toString(16)}`, // RFC 6666: addresses that lead nowhere
  certificate_host: count => `unresolved-${count}.invalid`,
  cidr: count => `100::${count.toString(16)}`,
  duration: () => '1s',
  error_page_key: () => '5xx',
  header_name: count => `X-Unresolved-${count}`,
  host: count => `unresolved-${count}.invalid`,
  id: count => `unresolved-${count}`,
  method: () => 'GET',
  mode: () => '0600',
  origin: count => `http://unresolved-${count}.invalid`,
  peer_name: count => `unresolved-${count}.invalid`,
  proxy_uri: count => `http://unresolved-${count}.invalid`,
  psk_key: count => count.toString(16).padStart(32, '0'),
  path: count => `/unresolved-${count}`,
  path_or_empty: count => `/unresolved-${count}`,
  percent: () => '100%',
  size: () => '1MiB',
  wire_path: count => `/unresolved-${count}`,
}

const REDIRECT_TARGETS: Readonly<Record<string, string>> = {
  same_host_path: '/unresolved',
  absolute_url: 'http://unresolved.invalid/',
  external_origin_keep_path: 'http://unresolved.invalid',
  https: '',
}

/** The `count`th stand-in of a config, for a value of this shape at this site. */
export function standIn(shape: Shape, count: number, site: Site, config: unknown): unknown {
  const [word] =
    shape.enum?.filter(entry => entry !== null) ?? (shape.const === undefined ? [] : [shape.const])
  const types = typesOf(shape)
  if (site.steps.at(-1) === 'target' && site.steps.at(-2) === 'redirect')
    return REDIRECT_TARGETS[String(valuesOf(site.owner)['mode'])] ?? ''
  const sample = BY_FORM[shape['x-form'] ?? '']
  if (sample !== undefined) return sample(count)
  if (shape.default !== undefined && typeof shape.default !== 'object') return shape.default
  if (word !== undefined) return word
  if (shape['x-words'] !== undefined) return shape['x-words'][0]
  if (shape['x-refers-to'] !== undefined)
    return Object.keys(valuesOf(valueAt(config, [shape['x-refers-to'].slice(1)])))[0] ?? ''
  if (types.includes('string')) return 'unresolved'
  if (types.includes('integer')) return Math.min((shape.minimum ?? 0) + count, shape.maximum ?? count)
  return types.includes('boolean') ? true : ''
}
