// Which entries of which folders decide what a path leads to: every symbolic link on the way, and the file at its end.
import { lstat, readlink } from 'node:fs/promises'
import { dirname, join, parse, resolve, sep } from 'node:path'

export interface Entry {
  readonly folder: string
  readonly name: string
}

/** As many as Linux follows. */
const MOST_LINKS = 40

type Kind = 'link' | 'other' | 'missing'

async function kindOf(path: string): Promise<Kind> {
  try {
    return (await lstat(path)).isSymbolicLink() ? 'link' : 'other'
  } catch {
    return 'missing'
  }
}

async function readLink(path: string): Promise<string | undefined> {
  try {
    return await readlink(path)
  } catch {
    return undefined
  }
}

/**
 * The entries of an absolute path, first link first. Where something is missing (or the links go round) the list ends with the
 * entry that would have to appear. `/c/p.yaml -> ..data/p.yaml`, `/c/..data -> ..1`: `/c` `p.yaml`, `/c` `..data`, `/c/..1` `p.yaml`.
 */
export async function linkChain(path: string): Promise<readonly Entry[]> {
  const entries: Entry[] = []
  const { root } = parse(path)
  let at = root
  let ahead = path.slice(root.length).split(sep)
  for (let links = 0; ; ) {
    const [name, ...rest] = ahead
    if (name === undefined) return entries
    if (name === '' || name === '.') {
      ahead = rest
      continue
    }
    const here = name === '..' ? dirname(at) : join(at, name)
    const kind = await kindOf(here)
    if (kind === 'link' && links < MOST_LINKS) {
      links += 1
      entries.push({ folder: at, name })
      const target = await readLink(here)
      if (target === undefined) return entries
      const whole = resolve(at, target)
      at = parse(whole).root
      ahead = [...whole.slice(at.length).split(sep), ...rest]
      continue
    }
    if (kind !== 'other' || rest.length === 0) {
      entries.push({ folder: at, name })
      return entries
    }
    at = here
    ahead = rest
  }
}
