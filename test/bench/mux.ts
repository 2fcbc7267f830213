// What the mux carries and costs, beside hashicorp/yamux (where Go is installed) and a bare TCP connection, each side a process of its own.
// node test/bench/mux.ts [--megabytes 1024] [--rounds 3] [--streams 1,100]
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { systemClock } from '../../src/base/clock.ts'
import { startWheel } from '../../src/net/wheel.ts'
import { type MuxParts, MuxSession } from '../../src/tunnel/mux/session.ts'
import { MuxStream } from '../../src/tunnel/mux/stream.ts'
import { DEFAULT_TERMS, READ_BYTES } from '../../src/tunnel/mux/terms.ts'
import { buildGo } from '../support/go.ts'
import { circumstances, short, spread, table } from './figures.ts'
import { versionOf } from './tools.ts'

const PIECE = 64 * 1024
const MEGABYTE = 1024 * 1024
const { values } = parseArgs({
  options: {
    megabytes: { type: 'string', default: '1024' },
    rounds: { type: 'string', default: '3' },
    streams: { type: 'string', default: '1,100' },
    // What a child of this program plays.
    play: { type: 'string', default: '' },
    port: { type: 'string', default: '0' },
  },
})

interface Figures {
  /** Seconds of processor time. */
  readonly cpu: number
  /** MiB at the most. */
  readonly rss: number
  /** Of a receiver: megabytes a second, and how far the streams' shares are from equal when the first is done. */
  readonly rate?: number
  readonly unfair?: number
}

/** The last words of a child. */
function leave(more: object = {}): never {
  const { user, system } = process.cpuUsage()
  const rss = process.resourceUsage().maxRSS / 1024
  process.stdout.write(`${JSON.stringify({ cpu: (user + system) / 1e6, rss, ...more })}\n`)
  process.exit(0)
}

/** Writes so many bytes with back-pressure, and ends. */
function pour(to: Socket | MuxStream, bytes: number): void {
  const piece = Buffer.alloc(PIECE, 1)
  let left = bytes
  const more = (): void => {
    while (left > 0) {
      left -= piece.length
      if (!to.write(piece)) {
        to.once('drain', more)
        return
      }
    }
    to.end()
  }
  more()
}

/** Counts what comes on each of the streams; the shares are looked at when the first one ends. */
class Scale {
  private readonly counts: number[] = []
  private started = 0
  private unfair = 0
  private open = 0

  put(from: Socket | MuxStream, done: (figures: object) => void): void {
    const n = this.counts.push(0) - 1
    this.open++
    if (n === 0) this.started = performance.now()
    // It counts, and keeps nothing, as our codec does.
    if (from instanceof MuxStream) from.lends = true
    from.on('data', (bytes: Buffer) => {
      this.counts[n] = (this.counts[n] ?? 0) + bytes.length
    })
    from.on('end', () => {
      from.end()
      const mean = this.total / this.counts.length
      if (this.open === this.counts.length)
        this.unfair = Math.max(...this.counts.map(count => Math.abs(count - mean) / mean))
      this.open--
      if (this.open > 0) return
      const seconds = (performance.now() - this.started) / 1000
      done({ rate: this.total / 1e6 / seconds, unfair: this.unfair })
    })
  }

  private get total(): number {
    return this.counts.reduce((sum, count) => sum + count, 0)
  }
}

const parts = (): MuxParts => {
  const clock = systemClock()
  return { clock, wheel: startWheel(clock), buffer: Buffer.allocUnsafeSlow(READ_BYTES) }
}

/** A child receives on a port that it names, until the other side leaves. */
async function receive(isMux: boolean): Promise<void> {
  const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  process.stdout.write(`listens ${typeof address === 'object' ? address?.port : ''}\n`)
  const [socket] = (await once(server, 'connection')) as [Socket]
  const scale = new Scale()
  let figures: object = {}
  const note = (all: object): void => {
    figures = all
  }
  if (!isMux) {
    scale.put(socket, note)
    socket.on('close', () => leave(figures))
    return
  }
  new MuxSession(socket, 'server', DEFAULT_TERMS, parts(), {
    accepted: stream => scale.put(stream, note),
    ended: () => leave(figures),
  })
}

/** A child sends to a port, on so many streams. */
async function send(isMux: boolean, port: number, streams: number, bytes: number): Promise<void> {
  const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true })
  await once(socket, 'connect')
  if (!isMux) {
    pour(socket, bytes)
    socket.resume().on('end', () => leave())
    return
  }
  const session = new MuxSession(socket, 'client', DEFAULT_TERMS, parts(), {
    emptied: () => session.close(),
    ended: () => setTimeout(leave, 50),
  })
  for (let n = 0; n < streams; n++) {
    const stream = session.open()
    if (stream === undefined) throw new Error('no stream')
    pour(stream.resume(), bytes / streams)
  }
}

type Kind = 'ours' | 'Go' | 'TCP'

interface Child {
  readonly process: ChildProcess
  readonly said: () => string
}

function child(command: readonly string[]): Child {
  const [program = '', ...flags] = command
  const started = spawn(program, flags, { stdio: ['ignore', 'pipe', 'inherit'] })
  let said = ''
  started.stdout.on('data', text => {
    said += text
  })
  return { process: started, said: () => said }
}

async function figuresOf({ process: started, said }: Child): Promise<Figures> {
  if (started.exitCode === null) await once(started, 'close')
  const go = /cpu ([\d.]+) rss (\d+)/.exec(said())
  if (go !== null) return { cpu: Number(go[1]), rss: Number(go[2]) }
  return JSON.parse(said().trim().split('\n').at(-1) ?? '{}')
}

const self = fileURLToPath(import.meta.url)
const ours = (play: string, ...flags: string[]): string[] => [
  process.execPath,
  self,
  '--play',
  play,
  ...flags,
]

/** One transfer between two fresh processes. */
async function transfer(from: Kind, to: Kind, streams: number, bytes: number, program: string) {
  const receiver = child(
    to === 'Go'
      ? [program, '-listen', '127.0.0.1:0', '-role', 'server', '-part', 'bulk']
      : ours(to === 'TCP' ? 'receive-tcp' : 'receive'),
  )
  let port: string | undefined
  while (port === undefined) {
    if (receiver.process.exitCode !== null) throw new Error(`the receiver ended: ${receiver.said()}`)
    await new Promise(resolve => setTimeout(resolve, 10))
    port = /listens (\d+)/.exec(receiver.said())?.[1]
  }
  const started = performance.now()
  const sender = child(
    from === 'Go'
      ? [program, '-connect', `127.0.0.1:${port}`, '-role', 'client', '-part', 'bulk'].concat(
          '-streams',
          String(streams),
          '-size',
          String(bytes / streams),
        )
      : ours(from === 'TCP' ? 'send-tcp' : 'send', '--port', port, '--streams', String(streams)).concat(
          '--megabytes',
          String(bytes / MEGABYTE),
        ),
  )
  const sent = await figuresOf(sender)
  const seconds = (performance.now() - started) / 1000
  const received = await figuresOf(receiver)
  return { sent, received, rate: received.rate ?? bytes / 1e6 / seconds, unfair: received.unfair }
}

async function main(): Promise<void> {
  const bytes = Number(values.megabytes) * MEGABYTE
  const folder = mkdtempSync(join(tmpdir(), 'p2pstream-mux-'))
  const program = buildGo('go-yamux', folder) ?? ''
  const hasGo = program !== ''
  const ways: readonly (readonly [Kind, Kind])[] = [
    ['TCP', 'TCP'],
    ['ours', 'ours'],
    ...(hasGo
      ? ([
          ['ours', 'Go'],
          ['Go', 'ours'],
          ['Go', 'Go'],
        ] as const)
      : []),
  ]
  const versions = [`Node ${process.versions.node}`, ...(hasGo ? [versionOf('go', 'version')] : [])]
  console.log(
    `${circumstances(cpus()[0]?.model ?? 'unknown', cpus().length, versions)}; ${values.megabytes} MiB\n`,
  )
  for (const streams of values.streams.split(',').map(Number)) {
    const rows: string[][] = []
    const results = new Map<string, Awaited<ReturnType<typeof transfer>>[]>()
    for (let round = 0; round < Number(values.rounds); round++) {
      for (const [from, to] of ways) {
        if (from === 'TCP' && streams > 1) continue
        const way = `${from} to ${to}`
        // Whole pieces on every stream.
        const all = Math.max(1, Math.round(bytes / streams / PIECE)) * PIECE * streams
        const result = await transfer(from, to, streams, all, program)
        results.set(way, [...(results.get(way) ?? []), result])
      }
    }
    for (const [way, all] of results) {
      const perGigabyte = (cpu: number): number => (cpu / bytes) * 1e9
      const range = (of: readonly number[]): string => {
        const { median, min, max } = spread(of)
        return `${short(median)} (${short(min)}..${short(max)})`
      }
      const unfair = all.map(one => one.unfair).filter(share => share !== undefined)
      rows.push([
        way,
        range(all.map(({ rate }) => rate)),
        range(all.map(({ sent, received }) => perGigabyte(sent.cpu + received.cpu))),
        `${short(spread(all.map(({ sent }) => sent.rss)).max)}, ${short(spread(all.map(({ received }) => received.rss)).max)}`,
        unfair.length === 0 || streams === 1 ? '–' : `${(spread(unfair).max * 100).toFixed(1)} %`,
      ])
    }
    const head = [
      `${streams} ${streams === 1 ? 'stream' : 'streams'}`,
      'MB/s',
      'CPU s/GB, both',
      'MiB, each',
      'unfair',
    ]
    console.log(`${table([head, ...rows])}\n`)
  }
  rmSync(folder, { recursive: true, force: true })
}

if (values.play === '') await main()
else if (values.play.startsWith('receive')) await receive(!values.play.endsWith('tcp'))
else
  await send(
    !values.play.endsWith('tcp'),
    Number(values.port),
    Number(values.streams),
    Number(values.megabytes) * MEGABYTE,
  )
