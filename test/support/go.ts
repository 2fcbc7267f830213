// Programs of ours in Go, for what Node's sockets can't do and for peers that are libraries of Go.
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { isInstalled } from './front.ts'

export type GoProgram = 'go-yamux' | 'go-hasty' | 'go-p2pstream'

/** Builds a program of this folder into another and returns its path; undefined, and a word about it, where that can't be done. */
export function buildGo(name: GoProgram, folder: string): string | undefined {
  if (!isInstalled('go', 'version')) return undefined
  const program = join(folder, name)
  const cwd = fileURLToPath(new URL(name, import.meta.url))
  try {
    execFileSync('go', ['build', '-o', program, '.'], { cwd, stdio: ['ignore', 'ignore', 'inherit'] })
    return program
  } catch (error) {
    // Go may be too old, or its modules out of reach: that is no fault of ours.
    console.warn(`${name} can't be built, its tests are skipped: ${error}`)
    return undefined
  }
}
