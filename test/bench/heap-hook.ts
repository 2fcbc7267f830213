// Loaded into the program with `--import`: at SIGUSR2 it says how much its heap holds, garbage included.
import { isMainThread } from 'node:worker_threads'

if (isMainThread) {
  process.on('SIGUSR2', () => process.stdout.write(`heap ${process.memoryUsage().heapUsed}\n`))
}
