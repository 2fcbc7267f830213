// Every kind of traffic at once, for as long as a test wants, and a count of everything that went wrong with it.
import { createHash, randomBytes } from 'node:crypto'
import { WebSocket } from 'ws'
import { Cut } from './incoming.ts'
import type { Origin } from './origin.ts'
import { type Reply, type Visitor, visit } from './raw.ts'
import { pause } from './until.ts'

export interface Tally {
  /** Requests answered as they should be, by kind. */
  readonly served: Readonly<Record<string, number>>
  /** One line per failed request, reset connection, closed WebSocket or lost byte. */
  readonly losses: readonly string[]
}

/** Disposing it ends it without a word. */
export interface Traffic extends AsyncDisposable {
  /** Ends all of it in good order and says what happened. */
  stop(): Promise<Tally>
}

const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex')
const KIB_64 = 65_536

/** Teaches an origin the paths that the traffic asks for: `/sum` and `/drip`. */
export function answerTraffic(origin: Origin, isOver: () => boolean): void {
  origin.on('/sum', async turn => turn.answer(200, [], md5(await turn.body())))
  origin.on('/drip', async turn => {
    await turn.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')
    for (let n = 0; !isOver(); n++) {
      const piece = `${String(n).padStart(10, '0')}\n`
      await turn.write(`${piece.length.toString(16)}\r\n${piece}\r\n`)
      await pause(5)
    }
    await turn.write('0\r\n\r\n')
  })
}

/** Starts it against `port`, where `/ws` leads to a WebSocket origin; `over` is called when the stop begins. */
export function startTraffic(port: number, over: () => void): Traffic {
  const served: Record<string, number> = {}
  const losses: string[] = []
  let isOver = false
  const count = (kind: string): void => {
    served[kind] = (served[kind] ?? 0) + 1
  }
  const lose = (kind: string, error: unknown): void => {
    losses.push(`${kind}: ${error instanceof Error ? error.message : String(error)}`)
  }

  const get = (target: string, visitor: Visitor): Promise<Reply> =>
    visitor.send(`GET ${target} HTTP/1.1\r\nHost: a.test\r\n\r\n`).then(() => visitor.answer())
  const check = (reply: Reply, target: string): void => {
    const seen = reply.status === 200 ? JSON.parse(reply.body.toString()).target : reply.status
    if (seen !== target) throw new Error(`asked ${target}, got ${seen}`)
  }

  async function keepAlive(name: string): Promise<void> {
    let visitor: Visitor | undefined
    for (let n = 0; !isOver; n++) {
      try {
        visitor ??= await visit({ port })
        check(await get(`/kept/${name}/${n}`, visitor), `/kept/${name}/${n}`)
        count('kept')
      } catch (error) {
        lose('kept', error)
        visitor?.socket.destroy()
        visitor = undefined
      }
      await pause(5)
    }
    visitor?.socket.destroy()
  }

  async function fresh(name: string): Promise<void> {
    for (let n = 0; !isOver; n++) {
      try {
        await using visitor = await visit({ port })
        check(await get(`/fresh/${name}/${n}`, visitor), `/fresh/${name}/${n}`)
        count('fresh')
      } catch (error) {
        lose('fresh', error)
      }
      await pause(5)
    }
  }

  async function upload(): Promise<void> {
    const bytes = randomBytes(1 << 20)
    while (!isOver) {
      try {
        await using visitor = await visit({ port })
        await visitor.send(`PUT /sum HTTP/1.1\r\nHost: a.test\r\nContent-Length: ${bytes.length}\r\n\r\n`)
        for (let at = 0; at < bytes.length; at += KIB_64) {
          await visitor.send(bytes.subarray(at, at + KIB_64))
          await pause(10)
        }
        const reply = await visitor.answer()
        if (reply.body.toString() !== md5(bytes)) throw new Error(`${reply.status}: other bytes arrived`)
        count('upload')
      } catch (error) {
        lose('upload', error)
      }
    }
  }

  async function download(): Promise<void> {
    try {
      await using visitor = await visit({ port })
      const reply = await get('/drip', visitor)
      const lines = reply.body.toString('latin1').split('\n')
      lines.pop()
      lines.forEach((line, n) => {
        if (Number(line) !== n) lose('download', `line ${n} is ${line}`)
      })
      served['download lines'] = (served['download lines'] ?? 0) + lines.length
    } catch (error) {
      lose('download', error instanceof Cut ? `cut after ${error.body.length} bytes` : error)
    }
  }

  async function webSocket(name: string): Promise<void> {
    const socket = new WebSocket(`ws://127.0.0.1:${port}/ws`)
    const said: string[] = []
    let heard = 0
    await new Promise<void>((resolve, reject) => {
      socket.once('open', resolve)
      socket.once('error', reject)
    })
    socket.on('error', error => lose('websocket', error))
    socket.on('close', code => {
      if (!isOver) lose('websocket', `closed with ${code}`)
    })
    socket.on('message', data => {
      const expected = said[heard]
      if (data.toString() !== expected) lose('websocket', `heard ${data} in place of ${expected}`)
      heard++
      count('websocket')
    })
    for (let n = 0; !isOver && socket.readyState === WebSocket.OPEN; n++) {
      said.push(`${name} ${n}`)
      socket.send(`${name} ${n}`)
      await pause(10)
    }
    for (let waits = 0; heard < said.length && waits < 200; waits++) await pause(10)
    if (heard < said.length) lose('websocket', `${said.length - heard} messages never came back`)
    socket.terminate()
  }

  const all = Promise.allSettled([
    ...Array.from({ length: 8 }, (_, n) => keepAlive(String(n))),
    ...Array.from({ length: 4 }, (_, n) => fresh(String(n))),
    ...Array.from({ length: 3 }, () => upload()),
    ...Array.from({ length: 4 }, () => download()),
    ...Array.from({ length: 8 }, (_, n) => webSocket(String(n))),
  ])
  const end = async (): Promise<void> => {
    isOver = true
    over()
    for (const one of await all) if (one.status === 'rejected') lose('traffic', one.reason)
  }
  return {
    async stop() {
      await end()
      return { served, losses }
    },
    [Symbol.asyncDispose]: end,
  }
}
