// Keeps the process from ending by itself while it waits for something that the event loop doesn't count (a timer, a signal),
// until it is let go.
import { MessageChannel } from 'node:worker_threads'

export function stayAlive(): Disposable {
  const { port1, port2 } = new MessageChannel()
  port1.on('message', () => {})
  return {
    [Symbol.dispose]() {
      port1.close()
      port2.close()
    },
  }
}
