// How much memory processes take over time.
import { residentBytes } from './process-figures.ts'

const EVERY_MS = 50

export interface MemoryWatch extends Disposable {
  /** The most resident bytes of each process since the last call, in the order of their ids. */
  most(): readonly number[]
}

/** Looks from now on. */
export function watchMemory(pids: readonly number[]): MemoryWatch {
  let most = pids.map(residentBytes)
  const look = (): void => {
    most = pids.map((pid, n) => Math.max(most[n] ?? 0, residentBytes(pid)))
  }
  const timer = setInterval(look, EVERY_MS)
  return {
    most() {
      look()
      const seen = most
      most = pids.map(residentBytes)
      return seen
    },
    [Symbol.dispose]: () => clearInterval(timer),
  }
}
