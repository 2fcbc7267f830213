// Files of examples/ as they stand, but for what the machine of a test has to have otherwise: ports, addresses, paths.
import { readFileSync } from 'node:fs'
import { expect } from 'vitest'

/** Each text on the left, which has to be there, by the one on the right, wherever it stands. */
export type Changes = Readonly<Record<string, string>>

/** The text of a file below examples/. */
export function exampleText(name: string): string {
  return readFileSync(new URL(`../../examples/${name}`, import.meta.url), 'utf8')
}

/** A text with changes, one after the other. */
export function replaced(text: string, changes: Changes): string {
  return Object.entries(changes).reduce((changed, [from, to]) => {
    expect(changed).toContain(from)
    return changed.replaceAll(from, () => to)
  }, text)
}
