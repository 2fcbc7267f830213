// Plain values whose shape isn't known yet.

export type Values = Readonly<Record<string, unknown>>

const NONE: Values = Object.freeze({})

/** A map's members; none when it isn't a map. */
export function valuesOf(value: unknown): Values {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Values) : NONE
}

/** A member, when it is there and says something. */
export function has(values: Values, key: string): boolean {
  return Object.hasOwn(values, key) && values[key] !== null && values[key] !== undefined
}

/** What the steps lead to. */
export function valueAt(root: unknown, steps: readonly (string | number)[]): unknown {
  let value = root
  for (const step of steps) {
    if (value === null || typeof value !== 'object' || !Object.hasOwn(value, step)) return undefined
    value = (value as Record<string | number, unknown>)[step]
  }
  return value
}

/** Whether a value is a map: neither null, nor a list, nor a scalar. */
export function isMap(value: unknown): boolean {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}
