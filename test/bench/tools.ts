// Programs that the benchmark borrows: found or missed, started on their core, ended.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { openSync } from 'node:fs'
import { visit } from '../support/raw.ts'
import { until } from '../support/until.ts'

export const PROXY_CORE = 1
export const LOAD_CORE = 0

/** Whether a program is in PATH. */
export function isInstalled(program: string): boolean {
  return spawnSync('sh', ['-c', `command -v ${program}`]).status === 0
}

/** The first line that a program says about its version. */
export function versionOf(program: string, ...flags: string[]): string {
  const { stdout, stderr } = spawnSync(program, flags, { encoding: 'utf8' })
  return `${stdout}${stderr}`.trim().split('\n')[0]?.slice(0, 60) ?? program
}

export interface Started extends AsyncDisposable {
  readonly pid: number
}

export interface Start {
  readonly core: number
  readonly command: readonly string[]
  /** All of them accept connections once it is ready. */
  readonly ports: readonly number[]
  readonly env?: Readonly<Record<string, string>>
  /** A file for stdout; thrown away without one. */
  readonly output?: string
  readonly cwd: string
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  child.kill('SIGTERM')
  const late = setTimeout(() => child.kill('SIGKILL'), 3000)
  await ended
  clearTimeout(late)
}

const accepts = (port: number): Promise<boolean> =>
  visit({ port }).then(
    visitor => {
      visitor.socket.destroy()
      return true
    },
    () => false,
  )

/** Starts a program pinned to one core and waits until its ports accept. */
export async function start(what: Start): Promise<Started> {
  const [program = '', ...flags] = what.command
  const child = spawn('taskset', ['-c', String(what.core), program, ...flags], {
    cwd: what.cwd,
    env: { ...process.env, ...what.env },
    stdio: ['ignore', what.output === undefined ? 'ignore' : openSync(what.output, 'w'), 'pipe'],
  })
  let complaints = ''
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    complaints = (complaints + text).slice(-2000)
  })
  try {
    for (const port of what.ports) {
      await until(`${program} listens`, () => {
        if (child.exitCode !== null) throw new Error(`${program} ended`)
        return accepts(port)
      })
    }
  } catch (error) {
    await end(child)
    throw new Error(`${what.command.join(' ')} did not start: ${complaints}`, { cause: error })
  }
  // taskset replaces itself with the program, so that the child is the program.
  return { pid: child.pid ?? 0, [Symbol.asyncDispose]: () => end(child) }
}
