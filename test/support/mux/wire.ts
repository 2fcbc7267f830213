// Yamux as bytes: frames written by hand, frames read back, and a carrier without a kernel that a test holds the other end of.
import { Duplex } from 'node:stream'
import { nextTurn } from '../../../src/base/clock.ts'
import { HEADER_BYTES, writeHeader } from '../../../src/tunnel/mux/frame.ts'
import { FrameReader } from '../../../src/tunnel/mux/frame-reader.ts'

/** One frame; `length` is that of the payload unless it is said. */
export function frame(
  type: number,
  flags: number,
  id: number,
  length: number,
  payload: Buffer = Buffer.alloc(0),
): Buffer {
  const header = Buffer.alloc(HEADER_BYTES)
  writeHeader(header, 0, type, flags, id, length)
  return Buffer.concat([header, payload])
}

/** One line for each frame: `data 1 flags 0: 5 bytes`. */
export function frames(bytes: Buffer, cut: number = bytes.length): string[] {
  const lines: string[] = []
  const reader = new FrameReader({
    dataFrame: (id, flags, length) => void lines.push(`data ${id} flags ${flags}: ${length} bytes`),
    payload: () => undefined,
    windowFrame: (id, flags, increment) => void lines.push(`window ${id} flags ${flags}: ${increment}`),
    pingFrame: (flags, value) => void lines.push(`ping flags ${flags}: ${value}`),
    goAwayFrame: code => void lines.push(`go away ${code}`),
    broken: detail => void lines.push(`broken: ${detail}`),
  })
  reader.read(bytes.subarray(0, cut))
  reader.read(bytes.subarray(cut))
  return lines
}

export interface TestCarrier {
  readonly carrier: Duplex
  /** Everything that was written and not taken yet. */
  taken(): Buffer
  /** Bytes from the other side; resolves when they were read and answered. */
  send(...bytes: readonly Buffer[]): Promise<void>
  /** The kernel takes nothing more until `thaw`. */
  freeze(): void
  thaw(): Promise<void>
}

/** A carrier of which a test is the other side. */
export function testCarrier(): TestCarrier {
  let written: Buffer[] = []
  let isFrozen = false
  let held: (() => void) | undefined
  const take = (chunks: readonly Buffer[], done: () => void): void => {
    written.push(...chunks.map(chunk => Buffer.from(chunk)))
    if (isFrozen) held = done
    else done()
  }
  const carrier = new Duplex({
    allowHalfOpen: true,
    read: () => undefined,
    write: (chunk: Buffer, _, done) => take([chunk], done),
    writev: (chunks, done) =>
      take(
        chunks.map(({ chunk }) => chunk),
        done,
      ),
  })
  return {
    carrier,
    taken() {
      const all = Buffer.concat(written)
      written = []
      return all
    },
    async send(...bytes) {
      carrier.push(Buffer.concat(bytes))
      await nextTurn()
    },
    freeze() {
      isFrozen = true
    },
    async thaw() {
      isFrozen = false
      held?.()
      held = undefined
      await nextTurn()
    },
  }
}
