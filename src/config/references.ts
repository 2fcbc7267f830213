// Names that are ids of something else (`x-refers-to`): each leads somewhere.
import type { DiagnosticCode } from '../base/diagnostic-codes.ts'
import { type Pointer, step } from '../base/pointer.ts'
import { nearest } from '../base/suggest.ts'
import type { Findings } from './findings.ts'
import { ROOT, type Shape } from './shape.ts'
import { isMap, type Values, valuesOf } from './values.ts'

type Walk = (value: unknown, at: Pointer) => void

/** The thing that a map holds, in messages and in codes. */
const SINGULAR: Readonly<Record<string, 'listener' | 'certificate' | 'template' | 'upstream'>> = {
  '/certificates': 'certificate',
  '/listeners': 'listener',
  '/templates': 'template',
  '/upstreams': 'upstream',
}

/** Comparisons of words that a load may spend on suggestions: 100 typing errors among 100,000 ids would take seconds. */
const PATIENCE = 200_000

/** A walk over the parts of a shape that hold names; undefined when there are none. */
function walkOf(shape: Shape, check: (to: string, name: string, at: Pointer) => void): Walk | undefined {
  const to = shape['x-refers-to']
  const none = shape.default
  const here: Walk | undefined =
    to === undefined
      ? undefined
      : (value, at) => void (typeof value === 'string' && value !== none && check(to, value, at))
  const item = shape.items && walkOf(shape.items, check)
  const member = shape.additionalProperties && walkOf(shape.additionalProperties, check)
  const properties = Object.entries(shape.properties ?? {}).flatMap(([key, property]) => {
    const walk = walkOf(property, check)
    return walk === undefined ? [] : [[key, walk] as const]
  })
  if (here === undefined && !item && !member && properties.length === 0) return undefined
  return (value, at) => {
    here?.(value, at)
    if (Array.isArray(value)) {
      for (const [index, entry] of value.entries()) item?.(entry, step(at, index))
      return
    }
    const values = valuesOf(value)
    for (const [key, walk] of properties) if (Object.hasOwn(values, key)) walk(values[key], step(at, key))
    if (member) for (const [key, entry] of Object.entries(values)) member(entry, step(at, key))
  }
}

/** Tells every name that leads nowhere, with the nearest one. */
export function checkReferences(config: Values, findings: Findings): void {
  let patience = PATIENCE
  walkOf(ROOT, (to, name, at) => {
    const held = config[to.slice(1)] ?? {}
    const known = valuesOf(held)
    if (Object.hasOwn(known, name) || !isMap(held)) return // what isn't a map is told as such
    const what = SINGULAR[to]
    if (what === undefined) throw new Error(`no word for what ${to} holds`)
    const ids = Object.keys(known)
    patience -= ids.length
    const near = patience < 0 ? undefined : nearest(name, ids)
    const code: DiagnosticCode = `name/unknown-${what}`
    findings.value(code, at, `no ${what} "${name}"${near === undefined ? '' : `; did you mean "${near}"?`}`)
  })?.(config, '')
}
