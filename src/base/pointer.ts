// A JSON Pointer (RFC 6901): the name of one place inside the config, independent of files and lines.

export type Pointer = string

/** Appends one step to a pointer; `~` and `/` in the step are escaped. */
export function step(pointer: Pointer, name: string | number): Pointer {
  const text = String(name)
  if (!text.includes('~') && !text.includes('/')) return `${pointer}/${text}`
  return `${pointer}/${text.replaceAll('~', '~0').replaceAll('/', '~1')}`
}

/** Builds a pointer from its unescaped steps: `pointer('routes', 'a/b')` is `/routes/a~1b`. */
export function pointer(...steps: readonly (string | number)[]): Pointer {
  let at: Pointer = ''
  for (const name of steps) at = step(at, name)
  return at
}

/** The unescaped steps of a pointer; the root pointer has none. */
export function steps(at: Pointer): readonly string[] {
  if (at === '') return []
  return at
    .slice(1)
    .split('/')
    .map(part => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}
