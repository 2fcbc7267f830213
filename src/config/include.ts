// What an `include` names: one file, or with `*`, `?` and `**` those that are there.
import { readdirSync } from 'node:fs'
import { join, resolve } from 'node:path'

export interface Expanded {
  /** Paths relative to the folder, in code-point order. */
  readonly paths: readonly string[]
  /** The folders that were looked into: a new file there may be included too. */
  readonly folders: readonly string[]
}

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

function namesIn(folder: string): readonly { readonly name: string; readonly isFolder: boolean }[] {
  try {
    return readdirSync(folder, { withFileTypes: true })
      .filter(({ name }) => !name.startsWith('.'))
      .map(entry => ({ name: entry.name, isFolder: entry.isDirectory() }))
  } catch {
    return [] // A glob may match nothing.
  }
}

/** The files that a glob names under `folder`. Dot files are skipped; symbolic links to folders aren't followed by `**`. */
export function expandGlob(folder: string, pattern: string): Expanded {
  const paths = new Set<string>()
  const folders = new Set<string>()

  function walk(at: string, parts: readonly string[]): void {
    const [part, ...rest] = parts
    if (part === undefined) return
    if (part === '**') {
      walk(at, rest)
      folders.add(resolve(folder, at))
      for (const { name, isFolder } of namesIn(resolve(folder, at))) if (isFolder) walk(join(at, name), parts)
      return
    }
    if (!isGlob(part)) {
      if (rest.length > 0) walk(join(at, part), rest)
      else if (namesIn(resolve(folder, at)).some(({ name }) => name === part)) paths.add(join(at, part))
      return
    }
    folders.add(resolve(folder, at))
    const pattern = matcher(part)
    for (const { name, isFolder } of namesIn(resolve(folder, at))) {
      if (!pattern.test(name)) continue
      if (rest.length > 0) walk(join(at, name), rest)
      else if (!isFolder) paths.add(join(at, name))
    }
  }

  const parts = pattern.split('/').filter(part => part !== '' && part !== '.')
  // `**/**` looks where `**` does.
  const fewest = parts.filter((part, index) => part !== '**' || parts[index - 1] !== '**')
  walk(pattern.startsWith('/') ? '/' : '', fewest)
  return { paths: [...paths].sort((a, b) => (a < b ? -1 : 1)), folders: [...folders] }
}
