// The addresses of the names that origins have: asked for ahead, asked for again before they are old, and kept while nobody answers.
// A request takes what is known; only a name's very first answer is waited for.
import type { Clock } from '../base/clock.ts'
import { KnownName } from './known-name.ts'
import type { Lookup, Named, NameNews, Waiting } from './name.ts'

export interface NamesParts {
  readonly clock: Clock
  readonly lookup: Lookup
  readonly tell: (news: NameNews) => void
}

export interface Names extends Disposable {
  /** Gives what is known at once; the first answer, or its failure, later. */
  find(name: string, named: Named): Waiting
  /** A connection to all addresses of a name failed: perhaps they are old. */
  doubt(name: string): void
  /** From now on these are looked after, and no others. */
  follow(names: ReadonlySet<string>): void
  /** Why a name that is looked after has no addresses, or has them from before; undefined when nothing is wrong. */
  troubleOf(name: string): string | undefined
  /** Why a name has no address at all; undefined when it has one, and while its first answer is on its way. */
  lackOf(name: string): string | undefined
}

/** Questions under way at a time; the others wait. */
const MOST_ASKING = 64

/** Knows no name yet. */
export function openNames(parts: NamesParts): Names {
  return new NameBook(parts)
}

class NameBook implements Names {
  private readonly known = new Map<string, KnownName>()
  private readonly queue: KnownName[] = []
  private asking = 0
  private readonly parts: NamesParts

  constructor(parts: NamesParts) {
    this.parts = parts
  }

  find(name: string, named: Named): Waiting {
    return this.entryOf(name).find(named)
  }

  doubt(name: string): void {
    this.known.get(name)?.doubt()
  }

  follow(names: ReadonlySet<string>): void {
    for (const name of names) this.entryOf(name).isFollowed = true
    for (const [name, entry] of this.known) {
      if (names.has(name)) continue
      entry.isFollowed = false
      this.drop(entry)
    }
  }

  troubleOf(name: string): string | undefined {
    return this.known.get(name)?.trouble
  }

  lackOf(name: string): string | undefined {
    return this.known.get(name)?.lack
  }

  [Symbol.dispose](): void {
    this.queue.length = 0
    for (const entry of this.known.values()) entry[Symbol.dispose]()
    this.known.clear()
  }

  /** Made, and asked for, when nobody knows it: an exchange may still stand on a config that has gone. */
  private entryOf(name: string): KnownName {
    const found = this.known.get(name)
    if (found !== undefined) return found
    const entry = new KnownName(name, {
      clock: this.parts.clock,
      tell: this.parts.tell,
      ask: asked => this.ask(asked),
    })
    this.known.set(name, entry)
    entry.ask()
    return entry
  }

  private ask(entry: KnownName): void {
    if (this.asking >= MOST_ASKING) {
      this.queue.push(entry)
      return
    }
    this.asking++
    void this.parts.lookup(entry.name).then(answer => {
      this.asking--
      entry.answered(answer)
      this.drop(entry)
      const next = this.nextInLine()
      if (next !== undefined) this.ask(next)
    })
  }

  private nextInLine(): KnownName | undefined {
    for (;;) {
      const next = this.queue.shift()
      if (next === undefined || this.known.get(next.name) === next) return next
    }
  }

  /** Forgets what nobody looks after and nobody waits for. */
  private drop(entry: KnownName): void {
    if (entry.isFollowed || entry.isAwaited) return
    entry[Symbol.dispose]()
    if (this.known.get(entry.name) === entry) this.known.delete(entry.name)
  }
}
