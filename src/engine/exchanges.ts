// The exchanges under way, as a list that costs two assignments to join and to leave.
import type { Exchange } from './exchange.ts'

export class Exchanges {
  size = 0
  private newest: Exchange | undefined
  private whenEmpty: (() => void)[] = []

  add(exchange: Exchange): void {
    exchange.after = this.newest
    if (this.newest !== undefined) this.newest.before = exchange
    this.newest = exchange
    this.size++
  }

  remove(exchange: Exchange): void {
    if (exchange.before !== undefined) exchange.before.after = exchange.after
    else this.newest = exchange.after
    if (exchange.after !== undefined) exchange.after.before = exchange.before
    exchange.before = undefined
    exchange.after = undefined
    this.size--
    if (this.size === 0) for (const call of this.whenEmpty.splice(0)) call()
  }

  /** All of them, safe against exchanges that end meanwhile. */
  list(): readonly Exchange[] {
    const found: Exchange[] = []
    for (let exchange = this.newest; exchange !== undefined; exchange = exchange.after) found.push(exchange)
    return found
  }

  /** Resolves when none is under way, at once if none is. */
  empty(): Promise<void> {
    if (this.size === 0) return Promise.resolve()
    const { promise, resolve } = Promise.withResolvers<void>()
    this.whenEmpty.push(resolve)
    return promise
  }
}
