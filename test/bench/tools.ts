// Programs that the benchmark borrows: found or missed, started on their core, ended.
import { type ChildProcess, execFile, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { openSync } from 'node:fs'
import { promisify } from 'node:util'
import { visit } from '../support/raw.ts'
import { until } from '../support/until.ts'

const run = promisify(execFile)

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
  readonly port: number
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

/** Starts a program pinned to one core and waits until its port accepts. */
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
    await until(`${program} listens`, async () => {
      if (child.exitCode !== null) throw new Error(`${program} ended`)
      return await visit({ port: what.port }).then(
        visitor => {
          visitor.socket.destroy()
          return true
        },
        () => false,
      )
    })
  } catch (error) {
    await end(child)
    throw new Error(`${what.command.join(' ')} did not start: ${complaints}`, { cause: error })
  }
  // taskset replaces itself with the program, so that the child is the program.
  return { pid: child.pid ?? 0, [Symbol.asyncDispose]: () => end(child) }
}

export interface Blow {
  readonly requests: number
  /** Socket errors and answers other than 2xx. */
  readonly errors: number
}

/** One wrk run from the load's core. */
export async function blow(
  port: number,
  script: string,
  connections: number,
  seconds: number,
): Promise<Blow> {
  const { stdout } = await run('taskset', [
    '-c',
    String(LOAD_CORE),
    'wrk',
    '-t1',
    `-c${connections}`,
    `-d${seconds}s`,
    '--timeout',
    '10s',
    '-s',
    script,
    `http://127.0.0.1:${port}/`,
  ])
  const requests = /(\d+) requests in/.exec(stdout)?.[1]
  if (requests === undefined) throw new Error(`wrk said nothing about requests:\n${stdout}`)
  const sockets = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(stdout)
  const others = /Non-2xx or 3xx responses: (\d+)/.exec(stdout)?.[1]
  const errors = [...(sockets?.slice(1) ?? []), others ?? 0].map(Number)
  return { requests: Number(requests), errors: errors.reduce((sum, count) => sum + count, 0) }
}
