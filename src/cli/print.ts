// Results to stdout, everything else to stderr. The only file that touches the process's own streams.
import { fstatSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import type { Outlet } from '../observe/lines.ts'

/** Keeps a reader that went away (`| head -1`) from ending the process; call it once, before anything is printed. */
export function expectClosedReaders(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {})
}

function print(stream: NodeJS.WriteStream, words: string): Promise<void> {
  return new Promise(resolve => {
    stream.write(words, () => resolve())
  })
}

/** Prints a result; resolves when the reader has it, or is gone. */
export function printResult(words: string): Promise<void> {
  return print(process.stdout, words)
}

/** Prints what isn't a result: what went wrong, what to do about it. */
export function printNote(words: string): Promise<void> {
  return print(process.stderr, words)
}

/** Whether colours are for this stream: a terminal that has them, and neither NO_COLOR nor TERM=dumb says otherwise. */
export function hasColors(stream: 'stdout' | 'stderr'): boolean {
  return process[stream].isTTY === true && process[stream].hasColors()
}

/** All of stdin, as UTF-8. */
export function readInput(): Promise<string> {
  return text(process.stdin)
}

/** A standard stream as a server writes to it for as long as it lives. */
export interface StandardStream {
  readonly outlet: Outlet
  readonly file: 1 | 2
  /** Pipes and sockets are written as streams, which never block. */
  readonly isPipe: boolean
}

export function standardStream(stream: 'stdout' | 'stderr'): StandardStream {
  const file = stream === 'stdout' ? 1 : 2
  const kind = fstatSync(file)
  return { outlet: process[stream], file, isPipe: kind.isFIFO() || kind.isSocket() }
}
