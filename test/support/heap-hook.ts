// Loaded into the program with `--import` by tests about memory: at SIGUSR2 it collects garbage and says what is left.
// Needs `--expose-gc`. The product knows nothing of it.
import { isMainThread } from 'node:worker_threads'

export interface HeapLine {
  readonly event: 'test/heap'
  /** Bytes of objects after a full collection. */
  readonly used: number
  /** The same with what they hold outside of the heap: buffers. */
  readonly held: number
}

if (isMainThread) {
  process.on('SIGUSR2', () => {
    globalThis.gc?.()
    // Finalizers of what the first collection found run in between.
    setImmediate(() => {
      globalThis.gc?.()
      const { heapUsed, external } = process.memoryUsage()
      const line: HeapLine = { event: 'test/heap', used: heapUsed, held: heapUsed + external }
      process.stderr.write(`${JSON.stringify(line)}\n`)
    })
  })
}
