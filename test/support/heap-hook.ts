// Loaded into the program with `--import` by tests about memory: at SIGUSR2 it collects garbage and says what is left.
// Needs `--expose-gc`. The product knows nothing of it.
import { isMainThread } from 'node:worker_threads'

export interface HeapLine {
  readonly event: 'test/heap'
  /** Bytes in use after a full collection. */
  readonly used: number
}

if (isMainThread) {
  process.on('SIGUSR2', () => {
    globalThis.gc?.()
    // Finalizers of what the first collection found run in between.
    setImmediate(() => {
      globalThis.gc?.()
      const line: HeapLine = { event: 'test/heap', used: process.memoryUsage().heapUsed }
      process.stderr.write(`${JSON.stringify(line)}\n`)
    })
  })
}
