// The exchanges under way.
import { Roster } from '../base/roster.ts'
import type { Exchange } from './exchange.ts'

export class Exchanges {
  private readonly all: Roster<Exchange> = new Roster()
  private whenEmpty: (() => void)[] = []

  get size(): number {
    return this.all.size
  }

  add(exchange: Exchange): void {
    this.all.add(exchange)
  }

  remove(exchange: Exchange): void {
    this.all.delete(exchange)
    if (this.size === 0) for (const call of this.whenEmpty.splice(0)) call()
  }

  /** All of them, safe against exchanges that end meanwhile. */
  list(): readonly Exchange[] {
    return this.all.list()
  }

  /** Resolves when none is under way, at once if none is. */
  empty(): Promise<void> {
    if (this.size === 0) return Promise.resolve()
    const { promise, resolve } = Promise.withResolvers<void>()
    this.whenEmpty.push(resolve)
    return promise
  }
}
