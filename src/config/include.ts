// What an `include` names: one file, or with `*`, `?` and `**` those that are there.
import { join, resolve } from 'node:path'
import type { Reads } from './reads.ts'

/** Whether a pattern is a glob. */
export function isGlob(pattern: string): boolean {
  return /[*?]/.test(pattern)
}

function matcher(part: string): RegExp {
  const source = part
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll(/\*+/g, '.*')
    .replaceAll('?', '.')
  return new RegExp(`^${source}$`, 'su')
}

/**
 * The files that a glob names under `folder`, relative to it, in code-point order. It may match nothing. Dot files are skipped;
 * symbolic links to folders aren't followed by `**`.
 */
export function expandGlob(folder: string, pattern: string, reads: Reads): readonly string[] {
  const paths = new Set<string>()

  function namesIn(at: string): readonly { readonly name: string; readonly isFolder: boolean }[] {
    return reads
      .entries(resolve(folder, at))
      .filter(({ name }) => !name.startsWith('.'))
      .map(entry => ({ name: entry.name, isFolder: entry.isDirectory() }))
  }

  function walk(at: string, parts: readonly string[]): void {
    const [part, ...rest] = parts
    if (part === undefined) return
    if (part === '**') {
      walk(at, rest)
      for (const { name, isFolder } of namesIn(at)) if (isFolder) walk(join(at, name), parts)
      return
    }
    if (!isGlob(part)) {
      if (rest.length > 0) walk(join(at, part), rest)
      else if (namesIn(at).some(({ name }) => name === part)) paths.add(join(at, part))
      return
    }
    const pattern = matcher(part)
    for (const { name, isFolder } of namesIn(at)) {
      if (!pattern.test(name)) continue
      if (rest.length > 0) walk(join(at, name), rest)
      else if (!isFolder) paths.add(join(at, name))
    }
  }

  const parts = pattern.split('/').filter(part => part !== '' && part !== '.')
  // `**/**` looks where `**` does.
  const fewest = parts.filter((part, index) => part !== '**' || parts[index - 1] !== '**')
  walk(pattern.startsWith('/') ? '/' : '', fewest)
  return [...paths].sort((a, b) => (a < b ? -1 : 1))
}
