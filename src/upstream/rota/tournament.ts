// Who of many has the highest current weight when every current weight grows by its own weight at each tick: a tournament tree
// whose matches know until which tick their winner holds (a kinetic tournament). Only matches that are over are played again,
// so a tick costs the logarithm of the number of players, where a scan would look at everybody.
// Arithmetic is exact: a current weight is an integer far below 2^53, as ticks are counted from 0 again every TICKS.

/** 10^6, the highest weight, times this is 2^40. */
const TICKS = 2 ** 20

export class Tournament {
  private readonly weights: Float64Array
  /** What each player's current weight is at tick 0, payments included. */
  private readonly base: Float64Array
  /** A power of two: the leaves of the tree are the nodes from here on. */
  private readonly leaves: number
  /** By node, 1 the root: who wins there, -1 for nobody. */
  private readonly winner: Int32Array
  /** By node: the last tick at which every winner below and here still holds; below the present one the match is played again. */
  private readonly until: Float64Array
  private tick = 0

  constructor(weights: readonly number[], currents: readonly number[]) {
    this.weights = Float64Array.from(weights)
    this.base = Float64Array.from(currents)
    this.leaves = 2 ** Math.ceil(Math.log2(Math.max(weights.length, 1)))
    this.winner = new Int32Array(2 * this.leaves).fill(-1)
    this.until = new Float64Array(2 * this.leaves).fill(-1)
    for (let player = 0; player < weights.length; player++) this.winner[this.leaves + player] = player
    this.until.fill(Number.POSITIVE_INFINITY, this.leaves)
    this.play(1)
  }

  /** Who is highest once everybody has grown by one more weight; the first among equals. */
  get leader(): number {
    return this.winner[1] ?? -1
  }

  currentOf(player: number): number {
    return this.at(player, this.tick)
  }

  /** Everybody grows by its weight, and one player pays. */
  pay(player: number, price: number): void {
    this.base[player] = (this.base[player] ?? 0) - price
    this.tick++
    if (this.tick === TICKS) this.rewind()
    else for (let node = (this.leaves + player) >> 1; node > 0; node >>= 1) this.until[node] = -1
    this.play(1)
  }

  private rewind(): void {
    for (let player = 0; player < this.base.length; player++) this.base[player] = this.currentOf(player)
    this.tick = 0
    this.until.fill(-1, 0, this.leaves)
  }

  private at(player: number, tick: number): number {
    return (this.base[player] ?? 0) + (this.weights[player] ?? 0) * tick
  }

  /** Plays the matches at and below a node that are over, as they stand at the next tick. */
  private play(node: number): void {
    const tick = this.tick + 1
    const { until } = this
    if ((until[node] ?? 0) >= tick) return
    const first = 2 * node
    this.play(first)
    this.play(first + 1)
    const holds = this.match(node, tick)
    until[node] = Math.min(holds, until[first] ?? 0, until[first + 1] ?? 0)
  }

  /** Sets the winner, and tells until when it is one. Places before others win when they are equal. */
  private match(node: number, tick: number): number {
    const a = this.winner[2 * node] ?? -1
    const b = this.winner[2 * node + 1] ?? -1
    if (a < 0 || b < 0) {
      this.winner[node] = a < 0 ? b : a
      return Number.POSITIVE_INFINITY
    }
    const isFirst = this.at(a, tick) >= this.at(b, tick)
    this.winner[node] = isFirst ? a : b
    const lead = (this.base[a] ?? 0) - (this.base[b] ?? 0)
    const loss = (this.weights[b] ?? 0) - (this.weights[a] ?? 0)
    // The lead of a shrinks by `loss` at every tick: a wins while it is at least 0, b while it is less.
    if (isFirst) return loss <= 0 ? Number.POSITIVE_INFINITY : Math.floor(lead / loss)
    return loss >= 0 ? Number.POSITIVE_INFINITY : Math.ceil(lead / loss) - 1
  }
}
