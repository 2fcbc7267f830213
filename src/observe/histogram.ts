// How long things took, in the buckets that OpenTelemetry advises for HTTP.
// Mutable State: fed on every request, so a class with fixed fields and one array.

/** Upper bounds in seconds (OpenTelemetry semantic conventions, http.server.request.duration). */
export const BOUNDS: readonly number[] = [
  0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10,
]
const BOUNDS_MS: readonly number[] = BOUNDS.map(bound => bound * 1000)

export class Histogram {
  /** How many fell into each bucket alone; the last has no bound. */
  readonly counts: Float64Array = new Float64Array(BOUNDS.length + 1)
  /** Milliseconds. */
  sum = 0

  observe(ms: number): void {
    let at = 0
    while (at < BOUNDS_MS.length && ms > (BOUNDS_MS[at] as number)) at++
    this.counts[at] = (this.counts[at] as number) + 1
    this.sum += ms
  }
}
