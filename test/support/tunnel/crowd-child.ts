// The process behind crowd.ts: agents made of the product's own parts, all on one clock and one wheel.
import { setTimeout as wait } from 'node:timers/promises'
import { type Connected, connectTunnel } from '../../../src/agent/connect.ts'
import { noFigures } from '../../../src/agent/figures.ts'
import { beginLife } from '../../../src/agent/life.ts'
import { serveStream } from '../../../src/agent/serve.ts'
import { systemClock } from '../../../src/base/clock.ts'
import { systemRandom } from '../../../src/base/random.ts'
import { openReadBuffers } from '../../../src/net/read-buffers.ts'
import { startWheel } from '../../../src/net/wheel.ts'
import type { Log } from '../../../src/observe/log.ts'
import { parseAllow } from '../../../src/tunnel/allow.ts'
import { MuxSession } from '../../../src/tunnel/mux/session.ts'
import type { MuxStream } from '../../../src/tunnel/mux/stream.ts'
import { DEFAULT_TERMS, READ_BYTES } from '../../../src/tunnel/mux/terms.ts'
import type { CrowdNews, CrowdOrder } from './crowd.ts'

/** Milliseconds that one of a flapping crowd lives. */
const SHORTEST_LIFE = 200
const LONGEST_LIFE = 2000
/** Milliseconds over which news is gathered: not every one of two thousand agents deserves a message of its own. */
const GATHER = 20

const clock = systemClock()
const wheel = startWheel(clock)
const random = systemRandom()
const allowed = parseAllow([])
if (!allowed.ok) throw new Error('the usual list of targets is none')
const { list } = allowed
const buffers = openReadBuffers()
const buffer = Buffer.allocUnsafeSlow(READ_BYTES)
const figures = noFigures()
const { maxStreams } = DEFAULT_TERMS

let connected = 0
const connects: Record<string, number> = {}
const failures: Record<string, number> = {}
let isTelling = false
let isOver = false
const flaps: Promise<void>[] = []

function send(told?: () => void): void {
  const news: CrowdNews = { connected, connects, failures }
  process.send?.(news, undefined, {}, () => told?.())
}

function tell(): void {
  if (isTelling) return
  isTelling = true
  clock.after(GATHER, () => {
    isTelling = false
    send()
  })
}

function came(id: string): void {
  connected++
  connects[id] = (connects[id] ?? 0) + 1
  tell()
}

function left(): void {
  connected--
  tell()
}

function failed(why: string): void {
  failures[why] = (failures[why] ?? 0) + 1
  tell()
}

const serve = (stream: MuxStream): void =>
  serveStream(stream, { clock, list, figures, buffers, told: () => undefined })

function stay(id: string, server: string, connect: () => Promise<Connected>): void {
  const hear = (event: string, fields: Readonly<Record<string, unknown>> = {}): void => {
    if (event === 'agent/connected') came(id)
    else if (event === 'agent/disconnected') left()
    else if (event === 'agent/not-connected') failed(String(fields['why']))
  }
  const log: Log = { trace: hear, debug: hear, info: hear, warn: hear, error: hear }
  beginLife({
    clock,
    wheel,
    random,
    log,
    server,
    maxStreams,
    buffer,
    connect,
    serve,
    connected: () => undefined,
  })
}

/** A life that ends without a word. */
async function live({ socket, early }: Connected & { ok: true }): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const events = { accepted: serve, ended: () => resolve() }
  new MuxSession(socket, 'client', DEFAULT_TERMS, { clock, wheel }, events, early)
  const due = clock.now() + SHORTEST_LIFE + random.fraction() * (LONGEST_LIFE - SHORTEST_LIFE)
  while (!isOver && clock.now() < due) await wait(GATHER)
  socket.destroy()
  await promise
}

async function flap(id: string, connect: () => Promise<Connected>): Promise<void> {
  while (!isOver) {
    const found = await connect()
    if (!found.ok) {
      failed(found.detail)
      await wait(SHORTEST_LIFE)
      continue
    }
    came(id)
    await live(found)
    left()
  }
}

function begin({ url, ca, ids, token, manner }: CrowdOrder): void {
  const server = new URL(url)
  const trust = { ca: [ca], cert: undefined, key: undefined }
  const capacity = { maxStreams, version: 'crowd', lane: undefined }
  for (const id of ids) {
    const connect = (): Promise<Connected> =>
      connectTunnel(server, { agentId: id, token, name: '' }, capacity, trust)
    if (manner === 'stay') stay(id, server.host, connect)
    else flaps.push(flap(id, connect))
  }
}

async function end(): Promise<void> {
  isOver = true
  await Promise.all(flaps)
  send(() => process.exit())
}

// Listening keeps the process alive, which the product's clock doesn't; without a parent there is nobody to be a crowd for.
process.on('disconnect', () => process.exit())
process.on('message', message => {
  if (message === 'stop') void end()
  else begin(message as CrowdOrder)
})
