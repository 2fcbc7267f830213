// Cost that doesn't depend on who else is using the machine.

/** Milliseconds of processor time that a call takes, garbage collection included. */
export function cpuTime(work: () => void): number {
  const before = process.cpuUsage()
  work()
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1000
}
