// How many requests a connection may break off. One that opens and resets without end makes us work for nothing, whoever sends
// the resets (CVE-2023-44487, CVE-2025-8671).

/** Resets at once: a browser leaves a page with all its pictures under way. */
const BURST = 200
/** Resets a second, after that. */
const RATE = 20

/** Mutable on purpose: one per connection. */
export class ResetBudget {
  private left = BURST
  private at: number

  /** `now` in milliseconds. */
  constructor(now: number) {
    this.at = now
  }

  /** Takes one; false when there is none left. */
  take(now: number): boolean {
    this.left = Math.min(BURST, this.left + ((now - this.at) / 1000) * RATE)
    this.at = now
    if (this.left < 1) return false
    this.left--
    return true
  }
}
