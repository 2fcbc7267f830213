// How many retries a pool may still make: when everything fails, they must not multiply the load.
// Mutable State: one per pool, touched by requests that may be retried.

/** Retries a second that are allowed whatever the traffic (Finagle's `minRetriesPerSec`, Linkerd's `minRetriesPerSecond`). */
const PER_SECOND = 10
/** What adds up at the most: ten seconds of them, as long as the window of those two. */
const MOST = 10 * PER_SECOND

/**
 * A bucket of retries: it gains ten a second, and a share of one with every request. Over any time there are at most
 * 100 + 10 a second + the share of the requests.
 */
export class RetryBudget {
  private left = MOST
  private at = Number.NEGATIVE_INFINITY

  /** A request has come that allows for so many retries, 0 to 1; `now` in milliseconds. */
  deposit(share: number, now: number): void {
    this.refill(now)
    this.left = Math.min(MOST, this.left + share)
  }

  /** Takes one retry; false when there is none. */
  withdraw(now: number): boolean {
    this.refill(now)
    if (this.left < 1) return false
    this.left--
    return true
  }

  private refill(now: number): void {
    this.left = Math.min(MOST, this.left + ((now - this.at) * PER_SECOND) / 1_000)
    this.at = now
  }
}
