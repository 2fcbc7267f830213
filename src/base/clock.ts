// Time as a parameter. The system's clock is made here; tests wind one by hand.

/** A pending call; cancelling twice, or after it ran, does nothing. */
export interface Timer {
  cancel(): void
}

export interface Clock {
  /** Milliseconds since some fixed moment; never goes back, whatever happens to the wall clock. */
  now(): number
  /** Milliseconds since 1970, for people and for HTTP dates. */
  wall(): number
  /** Calls once after `ms`. Does not keep the process alive. */
  after(ms: number, call: () => void): Timer
}

/** The system's clock. */
export function systemClock(): Clock {
  return {
    now: () => performance.now(),
    wall: () => Date.now(),
    after(ms, call) {
      const timer = setTimeout(call, ms)
      timer.unref()
      return { cancel: () => clearTimeout(timer) }
    },
  }
}

/** Calls once everything that is ready to be read in this turn of the event loop was. Keeps the process alive meanwhile. */
export function afterReads(call: () => void): void {
  setImmediate(call)
}

/** Lets everything that is ready to run (sockets, timers) have its turn. Keeps the process alive meanwhile. */
export function nextTurn(): Promise<void> {
  return new Promise(resolve => {
    setImmediate(resolve)
  })
}
