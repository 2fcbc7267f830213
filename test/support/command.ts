// The program as a command: what it prints where, and how it ends.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { LAUNCHER } from './world.ts'

export interface Called {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** Runs a command to its end. */
export async function runCommand(
  args: readonly string[],
  cwd: string,
  { input = '', env = {} }: { input?: string; env?: Record<string, string> } = {},
): Promise<Called> {
  const child = spawn(process.execPath, [LAUNCHER, ...args], {
    cwd,
    env: { PATH: process.env['PATH'], ...env },
  })
  let out = ''
  let err = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text
  })
  child.stdin.end(input)
  const [code] = await once(child, 'close')
  return { code, out, err }
}
