// Loaded into the program with `--import` by validate.ts: at SIGUSR2 it tells the longest pause of the event loop since the last time.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { isMainThread } from 'node:worker_threads'

export interface LoopLine {
  readonly event: 'test/loop'
  /** Milliseconds. */
  readonly pause: number
}

const RESOLUTION = 1

if (isMainThread) {
  const delay = monitorEventLoopDelay({ resolution: RESOLUTION })
  delay.enable()
  process.on('SIGUSR2', () => {
    const line: LoopLine = { event: 'test/loop', pause: Math.max(0, delay.max / 1e6 - RESOLUTION) }
    delay.reset()
    process.stderr.write(`${JSON.stringify(line)}\n`)
  })
}
