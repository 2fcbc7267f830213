// Cost that doesn't depend on who else is using the machine.

/** Milliseconds of processor time that a call takes, garbage collection included. */
export function cpuTime(work: () => void): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}

/**
 * How much more processor time `run` takes for eight times as much: about 8 when it is linear, 64 when it is quadratic. The
 * least of several, because whatever else the machine does only ever adds; less than `floor` milliseconds count as that.
 */
export function growth(run: (size: number) => void, size: number, floor = 0): number {
  const least = (count: number): number =>
    Math.min(
      cpuTime(() => run(count)),
      cpuTime(() => run(count)),
    )
  cpuTime(() => run(size))
  return least(size * 8) / Math.max(least(size), floor)
}
