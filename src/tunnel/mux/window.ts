// How much the other side may send on a stream. What is read is granted again, and a reader who empties half the window within two round
// trips gets a larger one, because then the window, and not the link or the reader, is what limits the stream.
// Mutable on purpose: it is counted with every frame.
import { INITIAL_WINDOW } from './frame.ts'

/** A grant of so much is made at once, and of less when it is half the window: a large window isn't left to run half dry. */
const STEP = 512 * 1024

/** What the windows of a session share: by how many bytes they may grow together, and how many of them want to. */
export class WindowBudget {
  left: number
  sharers = 0
  /** The largest window of a stream. */
  readonly most: number
  private readonly total: number

  constructor(total: number, most: number) {
    this.total = total
    this.left = total
    this.most = most
  }

  /** How large one window may be: each has the same share, so that none is quicker for having come first. */
  get largest(): number {
    return Math.min(this.most, INITIAL_WINDOW + Math.floor(this.total / Math.max(1, this.sharers)))
  }
}

export class ReceiveWindow {
  /** Bytes that the other side may send right now. */
  open: number = INITIAL_WINDOW
  private size: number = INITIAL_WINDOW
  /** Bytes granted since `since`, a moment in milliseconds: how fast half a window is read decides whether it grows. */
  private granted = 0
  private since: number
  /** It has wanted to grow, and has a share since. */
  private isSharer = false
  private readonly budget: WindowBudget

  constructor(budget: WindowBudget, now: number) {
    this.budget = budget
    this.since = now
  }

  /** Bytes have come; false when they are more than were allowed. */
  take(length: number): boolean {
    if (length > this.open) return false
    this.open -= length
    return true
  }

  /**
   * Whether enough was read for a grant to be worth its frame.
   * @param unread bytes that have come and wait for the reader
   */
  isDue(unread: number): boolean {
    const increment = this.size - unread - this.open
    return increment * 2 >= this.size || increment >= STEP
  }

  /** The bytes to grant now. `roundTrip` in milliseconds, 0 when it isn't known yet. */
  grant(unread: number, now: number, roundTrip: number): number {
    this.granted += this.size - unread - this.open
    if (this.granted * 2 >= this.size) {
      if (now - this.since < 2 * roundTrip) this.grow()
      this.since = now
      this.granted = 0
    }
    this.shrink(unread)
    const increment = this.size - unread - this.open
    this.open += increment
    return increment
  }

  /** The stream is over: what it had been lent others may have. */
  giveBack(): void {
    this.resize(INITIAL_WINDOW)
    if (this.isSharer) this.budget.sharers--
    this.isSharer = false
  }

  private grow(): void {
    const { budget, size } = this
    if (!this.isSharer) budget.sharers++
    this.isSharer = true
    const more = Math.min(size, budget.largest - size, budget.left)
    if (more > 0) this.resize(size + more)
  }

  /** Others want to grow, too: what is over its share isn't granted again. What was granted can't be taken back. */
  private shrink(unread: number): void {
    const share = this.budget.largest
    if (this.size > share) this.resize(Math.max(share, this.open + unread))
  }

  private resize(size: number): void {
    this.budget.left -= size - this.size
    this.size = size
  }
}
