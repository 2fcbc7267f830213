// What an agent does when its server asks for itself instead of an origin.
import type { Duplex } from 'node:stream'
import { writeAnswer } from '../tunnel/preamble.ts'
import { type AgentFigures, type Probe, writeFigures } from '../tunnel/probe.ts'

/** Zeros, lent again and again: nothing between the two compresses. */
const PIECE: Buffer = Buffer.alloc(64 * 1024)

/** Answers, and serves the probe to its end. */
export function serveProbe(stream: Duplex, probe: Probe, figures: () => AgentFigures): void {
  stream.write(writeAnswer({ ok: true }))
  // Whoever asks for bytes or figures has nothing more to say.
  stream.resume()
  if (probe.kind === 'report') stream.end(writeFigures(figures()))
  else if (probe.kind === 'sink') stream.once('end', () => stream.end())
  else pour(stream, probe.bytes)
}

/** As fast as it is taken. */
function pour(stream: Duplex, bytes: number): void {
  let left = bytes
  const more = (): void => {
    while (left > 0 && !stream.destroyed) {
      const piece = left < PIECE.length ? PIECE.subarray(0, left) : PIECE
      left -= piece.length
      if (!stream.write(piece)) return
    }
    stream.off('drain', more)
    stream.end()
  }
  stream.on('drain', more)
  more()
}
