// Hundreds who hold connections open as slowly as they may, and everybody else, who must not notice.
import { readdirSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Visitor } from '../support/raw.ts'
import { type Stage, startStage } from '../support/stage.ts'
import { pause, until } from '../support/until.ts'

interface Attack {
  readonly many: number
  readonly head: string
  /** What follows, a piece at a time; undefined for those who read nothing. */
  readonly piece: string | undefined
  /** Whether the origin is asked. */
  readonly isForwarded: boolean
}

const ENDLESS = 1 << 30
const PIECE = Buffer.alloc(65_536, 'x')

describe('attackers', () => {
  let stage: Stage
  beforeEach(async () => {
    stage = await startStage({ target: 'peer: { idle_timeout: 1s }' })
    stage.origin.on('/endless', async turn => {
      await turn.write(`HTTP/1.1 200 OK\r\nContent-Length: ${ENDLESS}\r\n\r\n`)
      for (let sent = 0; sent < ENDLESS; sent += PIECE.length) await turn.write(PIECE)
    })
    stage.origin.on('/quick', turn => turn.answer(200, [], 'quick'))
  })
  afterEach(() => stage[Symbol.asyncDispose]())

  const descriptors = (): number => readdirSync(`/proc/${stage.world.pid}/fd`).length

  /** One small piece each, again and again, until they are gone. */
  async function drip(visitors: readonly Visitor[], bytes: string, isOver: () => boolean): Promise<void> {
    while (!isOver()) {
      for (const visitor of visitors) visitor.send(bytes).catch(() => undefined)
      await pause(200)
    }
  }

  /** Milliseconds that each of many ordinary requests took, sorted; all were answered as they should be. */
  async function ordinaryWaits(): Promise<number[]> {
    const waits: number[] = []
    const one = async (): Promise<void> => {
      for (let n = 0; n < 50; n++) {
        const start = performance.now()
        const reply = await stage.ask('/quick')
        waits.push(performance.now() - start)
        expect(`${reply.status} ${reply.body}`).toBe('200 quick')
        await pause(20)
      }
    }
    await Promise.all(Array.from({ length: 6 }, one))
    return waits.sort((a, b) => a - b)
  }

  it.each<[string, Attack]>([
    [
      'heads',
      { many: 200, head: 'GET /slow HTTP/1.1\r\nHost: a\r\nX-Slow: ', piece: 'x', isForwarded: false },
    ],
    [
      'uploads',
      {
        many: 200,
        head: `POST /slow HTTP/1.1\r\nHost: a\r\nContent-Length: ${ENDLESS}\r\n\r\n`,
        piece: 'x',
        isForwarded: true,
      },
    ],
    [
      'chunked uploads',
      {
        many: 200,
        head: 'POST /slow HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n',
        piece: '1\r\nx\r\n',
        isForwarded: true,
      },
    ],
    // Fewer, for the kernel holds some MiB for each of them on both sides.
    [
      'readers',
      {
        many: 50,
        head: 'GET /endless HTTP/1.1\r\nHost: a\r\n\r\n',
        piece: undefined,
        isForwarded: true,
      },
    ],
  ])('a crowd of slow %s keeps nobody waiting, and leaves nothing behind', async (_, attack) => {
    const { many, head, piece, isForwarded } = attack
    const { origin } = stage
    await stage.ask('/quick')
    await until('the origin is let go', () => origin.open.size === 0)
    const before = descriptors()
    let isOver = false
    const visitors = await Promise.all(Array.from({ length: many }, () => stage.visit()))
    for (const visitor of visitors) {
      if (piece === undefined) visitor.incoming.hold()
      await visitor.send(head)
    }
    const areAtWork = (): boolean =>
      origin.busy === (isForwarded ? many : 0) && descriptors() >= before + many
    await until('all are at work', areAtWork, 30_000)
    const dripping = piece === undefined ? undefined : drip(visitors, piece, () => isOver)
    const waits = await ordinaryWaits()
    expect(visitors.filter(visitor => visitor.incoming.ended !== 'open')).toEqual([])
    isOver = true
    await dripping
    for (const visitor of visitors) visitor.socket.destroy()
    const [middle, late] = [0.5, 0.99].map(part => waits[Math.floor(waits.length * part)] ?? 0)
    console.log(
      `${waits.length} ordinary requests: median ${middle?.toFixed(1)} ms, p99 ${late?.toFixed(1)} ms`,
    )
    expect(middle).toBeLessThan(100)
    expect(late).toBeLessThan(500)
    await until('all descriptors are back', () => descriptors() <= before, 5000)
  })
})
