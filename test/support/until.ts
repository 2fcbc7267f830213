// Waiting for something to become true, with an end.

/**
 * Asks again and again until the answer is neither undefined nor false; throws with `what` after `limit` milliseconds. That is
 * long, because a machine may be busy with other things; where a time is the claim, it is asserted.
 */
export async function until<T>(
  what: string,
  look: () => T | undefined | false | Promise<T | undefined | false>,
  limit = 30_000,
): Promise<T> {
  const end = performance.now() + limit
  for (;;) {
    const seen = await look()
    if (seen !== undefined && seen !== false) return seen
    if (performance.now() > end) throw new Error(`not within ${limit} ms: ${what}`)
    await pause(10)
  }
}

export function pause(ms: number): Promise<void> {
  return new Promise(resolve => setTimeout(resolve, ms))
}
