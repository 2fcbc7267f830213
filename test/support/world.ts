// The real program under test: started with a config text in a folder of its own, watched, rewritten, signalled, and always ended.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { visit } from './raw.ts'
import { until } from './until.ts'

export interface LogLine extends Readonly<Record<string, unknown>> {
  readonly event?: string
  /** A line that isn't JSON. */
  readonly text?: string
}

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** Disposing it throws, with its log, when the program ended although nobody asked it to. */
export interface World extends AsyncDisposable {
  readonly pid: number
  readonly dir: string
  /** The main config file. */
  readonly file: string
  /** One JSON object per line of stdout; lines that aren't JSON are under `text`. */
  readonly access: LogLine[]
  /** The same of stderr. */
  readonly events: LogLine[]
  /** Replaces the config: `rename` puts a new file over the old one, `place` writes into it. */
  rewrite(text: string, how?: 'rename' | 'place'): void
  /** The first access line that fits, now or later. */
  accessLine(what: string, fits: (line: LogLine) => boolean, limit?: number): Promise<LogLine>
  /** The first event of that name, now or later. */
  event(name: string, limit?: number): Promise<LogLine>
  /** How often it was told. */
  told(name: string): number
  signal(name: NodeJS.Signals): void
  readonly ended: Promise<Ended>
  /** SIGTERM, then the exit. */
  stop(): Promise<Ended>
}

export interface Setting {
  readonly config: string
  /** More files of the folder: name to text. */
  readonly files?: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
  /** Flags for node itself, before the launcher. */
  readonly node?: readonly string[]
  /** Ports and unix sockets (below the folder, when not absolute) that accept connections once the program is ready. */
  readonly ready: readonly (number | string)[]
  /** Access lines are thrown away when a test makes too many of them to keep. */
  readonly keepAccess?: boolean
}

export const LAUNCHER: string = fileURLToPath(new URL('../../src/launch.js', import.meta.url))

function readLines(child: ChildProcess, stream: 'stdout' | 'stderr', into: LogLine[], keep: boolean): void {
  let rest = ''
  child[stream]?.setEncoding('utf8').on('data', (text: string) => {
    if (!keep) return
    const lines = (rest + text).split('\n')
    rest = lines.pop() ?? ''
    for (const line of lines) {
      try {
        into.push(JSON.parse(line) as LogLine)
      } catch {
        into.push({ text: line })
      }
    }
  })
}

async function accepts(at: number | string, dir: string): Promise<boolean> {
  try {
    const visitor = await visit(typeof at === 'number' ? { port: at } : { path: resolve(dir, at) })
    visitor.socket.destroy()
    return true
  } catch {
    return false
  }
}

/** Starts the program and waits until everything in `ready` accepts connections; throws with its log when it ends before. */
export async function startWorld(setting: Setting): Promise<World> {
  const dir = mkdtempSync(join(tmpdir(), 'p2pstream-'))
  const file = join(dir, 'p2pstream.yaml')
  for (const [name, text] of Object.entries(setting.files ?? {})) {
    mkdirSync(dirname(join(dir, name)), { recursive: true })
    writeFileSync(join(dir, name), text)
  }
  writeFileSync(file, setting.config)
  const child = spawn(process.execPath, [...(setting.node ?? []), LAUNCHER, 'run', '-c', file], {
    cwd: dir,
    env: { ...process.env, NODE_OPTIONS: '', STATE_DIRECTORY: join(dir, 'state'), ...setting.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const access: LogLine[] = []
  const events: LogLine[] = []
  readLines(child, 'stdout', access, setting.keepAccess ?? true)
  readLines(child, 'stderr', events, true)
  const ended = once(child, 'close').then(([code, signal]): Ended => ({ code, signal }))
  let isRunning = true
  let isAsked = false
  let collapse: Ended | undefined
  ended.then(how => {
    isRunning = false
    if (!isAsked) collapse = how
  })
  const log = (): string => events.map(line => line.text ?? JSON.stringify(line)).join('\n')
  const ask = (signal: NodeJS.Signals): void => {
    isAsked = true
    child.kill(signal)
  }
  const world: World = {
    pid: child.pid ?? 0,
    dir,
    file,
    access,
    events,
    rewrite(text, how = 'rename') {
      if (how === 'place') return writeFileSync(file, text)
      writeFileSync(`${file}.next`, text)
      renameSync(`${file}.next`, file)
    },
    accessLine: (what, fits, limit) => until(what, () => access.find(fits), limit),
    event: (name, limit) => until(name, () => events.find(line => line.event === name), limit),
    told: name => events.filter(line => line.event === name).length,
    signal: ask,
    ended,
    stop() {
      ask('SIGTERM')
      return ended
    },
    async [Symbol.asyncDispose]() {
      if (isRunning) ask('SIGKILL')
      await ended
      rmSync(dir, { recursive: true, force: true })
      if (collapse !== undefined)
        throw new Error(`the program ended by itself with ${collapse.code ?? collapse.signal}:\n${log()}`)
    },
  }
  try {
    for (const at of setting.ready) {
      await until(`the program listens on ${at}`, async () => {
        if (!isRunning) throw new Error(`the program ended before it listened on ${at}`)
        return await accepts(at, dir)
      })
    }
  } catch (error) {
    isAsked = true
    collapse = undefined
    await world[Symbol.asyncDispose]()
    throw new Error(`the program did not start:\n${log()}`, { cause: error })
  }
  return world
}
