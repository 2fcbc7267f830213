// Two sessions over a link that cuts and delays, and what must hold between them: each stream brings exactly the bytes that were
// written to it, in order, whatever happens to the others.
import { nextTurn } from '../../../src/base/clock.ts'
import { startWheel } from '../../../src/net/wheel.ts'
import { MuxSession } from '../../../src/tunnel/mux/session.ts'
import type { MuxStream } from '../../../src/tunnel/mux/stream.ts'
import { DEFAULT_TERMS, type MuxTerms } from '../../../src/tunnel/mux/terms.ts'
import { handClock } from '../clock.ts'
import { memoryLink } from './link.ts'

/** One direction of a stream: what was written, and how far it has been read. */
interface Direction {
  written: number
  read: number
  hasEnded: boolean
  hasSeenEnd: boolean
}

interface Pair {
  readonly opener: number
  readonly ends: (MuxStream | undefined)[]
  readonly directions: readonly [Direction, Direction]
  isCut: boolean
}

export interface World {
  /** Opens from end 0 or 1. */
  open(from: number): void
  /** Acts on one of the streams, if there is any, at end 0 or 1. */
  write(stream: number, at: number, length: number): void
  end(stream: number, at: number): void
  pause(stream: number, at: number): void
  resume(stream: number, at: number): void
  destroy(stream: number, at: number): void
  /** Lets everything arrive that can; throws what doesn't hold. */
  settle(): Promise<void>
  readonly sessions: readonly MuxSession[]
  /** Sessions that ended, and streams that brought what nobody wrote. */
  readonly faults: readonly string[]
}

/** The byte at a place of a direction. */
const byteAt = (pair: number, from: number, at: number): number => (pair * 31 + from * 7 + at * 13) & 0xff

function bytes(pair: number, from: number, at: number, length: number): Buffer {
  const all = Buffer.alloc(length)
  for (let n = 0; n < length; n++) all[n] = byteAt(pair, from, at + n)
  return all
}

/** `cut` says how many of the bytes that wait the link delivers next. */
export function muxWorld(cut: (waiting: number) => number, terms: Partial<MuxTerms> = {}): World {
  const clock = handClock()
  const parts = { clock, wheel: startWheel(clock) }
  const pairs: Pair[] = []
  const said: string[] = []
  let delivered = 0
  const links = memoryLink(waiting => {
    delivered++
    return cut(waiting)
  })
  const direction = (): Direction => ({ written: 0, read: 0, hasEnded: false, hasSeenEnd: false })

  const attend = (pair: Pair, stream: MuxStream, at: number): void => {
    const number = pairs.indexOf(pair)
    pair.ends[at] = stream
    const from = 1 - at
    const coming = pair.directions[from as 0 | 1]
    stream.on('data', (piece: Buffer) => {
      const expected = bytes(number, from, coming.read, piece.length)
      if (!piece.equals(expected)) said.push(`stream ${number} brings other bytes at ${coming.read}`)
      coming.read += piece.length
    })
    stream.on('end', () => {
      coming.hasSeenEnd = true
    })
    stream.on('error', () => {
      pair.isCut = true
    })
  }
  const sessions = links.map(
    (carrier, at) =>
      new MuxSession(carrier, at === 0 ? 'client' : 'server', { ...DEFAULT_TERMS, ...terms }, parts, {
        accepted(stream) {
          const pair = pairs.find(({ opener, ends }) => opener !== at && ends[opener]?.id === stream.id)
          if (pair === undefined) said.push(`stream ${stream.id} was opened by nobody`)
          else attend(pair, stream, at)
        },
        ended: ({ reason, detail }) => void said.push(`${at} ${reason}: ${detail}`),
      }),
  )
  const on = (stream: number, at: number, act: (end: MuxStream, pair: Pair, index: number) => void): void => {
    const index = pairs.length === 0 ? -1 : stream % pairs.length
    const pair = pairs[index]
    const end = pair?.ends[at]
    if (pair !== undefined && end !== undefined && !end.destroyed) act(end, pair, index)
  }
  return {
    sessions,
    faults: said,
    open(from) {
      const stream = sessions[from]?.open()
      if (stream === undefined) return
      const pair: Pair = { opener: from, ends: [], directions: [direction(), direction()], isCut: false }
      pairs.push(pair)
      attend(pair, stream, from)
    },
    write: (stream, at, length) =>
      on(stream, at, (end, { directions }, index) => {
        const going = directions[at as 0 | 1]
        if (going.hasEnded) return
        end.write(bytes(index, at, going.written, length))
        going.written += length
      }),
    end: (stream, at) =>
      on(stream, at, (end, { directions }) => {
        directions[at as 0 | 1].hasEnded = true
        end.end()
      }),
    pause: (stream, at) => on(stream, at, end => void end.pause()),
    resume: (stream, at) => on(stream, at, end => void end.resume()),
    destroy: (stream, at) =>
      on(stream, at, (end, pair) => {
        pair.isCut = true
        end.destroy()
      }),
    async settle() {
      for (const pair of pairs) for (const end of pair.ends) end?.resume()
      // What was written in this turn is on its way in the next, and what it is answered with in the one after.
      for (let quiet = 0, last = delivered; quiet < 10; last = delivered) {
        await nextTurn()
        quiet = delivered === last ? quiet + 1 : 0
      }
      for (const [index, { directions, isCut }] of pairs.entries()) {
        for (const [from, { written, read, hasEnded, hasSeenEnd }] of directions.entries()) {
          if (isCut) continue
          if (read !== written) throw new Error(`stream ${index} from ${from}: ${read} of ${written} bytes`)
          if (hasEnded !== hasSeenEnd)
            throw new Error(`stream ${index} from ${from}: its end is ${hasSeenEnd}`)
        }
      }
      const open = pairs.filter(
        ({ directions, isCut }) => !isCut && !directions.every(({ hasEnded }) => hasEnded),
      ).length
      for (const { size } of sessions) if (size !== open) throw new Error(`${size} streams for ${open}`)
    },
  }
}
