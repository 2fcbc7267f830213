// The streams of a session by their numbers.
// No Map: a session lives for days, and its Map's tables would keep what went through them (base/roster). Numbers are given one after
// the other, so that a table that stays as it is has few streams in each place.
import type { MuxStream } from './stream.ts'

const PLACES = 1024

export class Streams {
  size = 0
  /** The first stream of each place; the others are reached by `beside`. */
  private readonly places: (MuxStream | undefined)[] = new Array(PLACES).fill(undefined)

  get(id: number): MuxStream | undefined {
    let stream = this.places[placeOf(id)]
    while (stream !== undefined && stream.id !== id) stream = stream.beside
    return stream
  }

  /** Adds a stream that has its number, which no other has. */
  add(stream: MuxStream): void {
    const place = placeOf(stream.id)
    stream.beside = this.places[place]
    this.places[place] = stream
    this.size++
  }

  delete(stream: MuxStream): void {
    const place = placeOf(stream.id)
    let before = this.places[place]
    if (before === stream) this.places[place] = stream.beside
    else {
      while (before !== undefined && before.beside !== stream) before = before.beside
      if (before === undefined) return
      before.beside = stream.beside
    }
    stream.beside = undefined
    this.size--
  }

  /** Returns those that were there. */
  removeAll(): readonly MuxStream[] {
    const found: MuxStream[] = []
    for (let stream of this.places) for (; stream !== undefined; stream = stream.beside) found.push(stream)
    for (const stream of found) this.delete(stream)
    return found
  }
}

/** Each side's numbers are every other one (yamux, spec.md). */
const placeOf = (id: number): number => (id >>> 1) % PLACES
