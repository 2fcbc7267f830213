// What an agent does with a stream: reads what the server wants, dials it, answers, and relays.
import type { Clock, Timer } from '../base/clock.ts'
import type { ReadBuffers } from '../net/read-buffers.ts'
import type { AllowList } from '../tunnel/allow.ts'
import type { MuxStream } from '../tunnel/mux/stream.ts'
import {
  frameReader,
  type OpenErrorKind,
  type OpenRequest,
  parseOpen,
  writeAnswer,
} from '../tunnel/preamble.ts'
import { readProbe } from '../tunnel/probe.ts'
import { type Dialing, dialOrigin } from './dial.ts'
import { type Figures, tellFigures } from './figures.ts'
import { serveProbe } from './probe.ts'
import { relay } from './relay.ts'

/** Milliseconds for the server's first words. */
const PREAMBLE_TIMEOUT = 10_000

export interface Serving {
  readonly clock: Clock
  readonly list: AllowList
  readonly figures: Figures
  /** What origins are read into. */
  readonly buffers: ReadBuffers
  /** What became of a request: its id, where to, and why not. */
  readonly told: (open: OpenRequest, why: OpenErrorKind | undefined) => void
}

/** Serves one stream until it is over. */
export function serveStream(stream: MuxStream, { clock, list, figures, buffers, told }: Serving): void {
  const read = frameReader()
  let dialing: Dialing | undefined
  const refuse = (kind: OpenErrorKind, detail: string): void => {
    timer.cancel()
    stream.off('data', onData)
    stream.end(writeAnswer({ ok: false, kind, detail }))
    // The server has nothing more to say, and what it says goes nowhere.
    stream.resume()
  }
  const timer: Timer = clock.after(PREAMBLE_TIMEOUT, () =>
    refuse('open_request_timeout', 'nothing within 10 s'),
  )
  const onData = (piece: Buffer): void => {
    const found = read(piece)
    if (found === 'more') return
    if (found === 'too_long') {
      refuse('invalid_open_request', 'the frame is longer than 16384 bytes')
      return
    }
    const probe = readProbe(found.text)
    const open = probe === undefined ? parseOpen(found.text) : undefined
    if (open?.ok === false) {
      refuse(open.kind as OpenErrorKind, open.detail)
      return
    }
    timer.cancel()
    stream.off('data', onData)
    if (open === undefined) {
      if (probe !== undefined) serveProbe(stream, probe, () => tellFigures(figures))
      return
    }
    stream.pause()
    if (found.rest.length > 0) stream.unshift(found.rest)
    dialing = dialOrigin(open, { list, clock, buffers }, result => {
      told(open, result.ok ? undefined : result.kind)
      if (!result.ok) {
        refuse(result.kind, result.detail)
        return
      }
      stream.off('close', onClose)
      stream.write(writeAnswer({ ok: true }))
      relay(stream, result, figures)
    })
  }
  const onClose = (): void => {
    timer.cancel()
    dialing?.cancel()
  }
  stream.on('data', onData).once('close', onClose)
}
