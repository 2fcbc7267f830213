// Free ports below the kernel's ephemeral range, so that no outgoing connection takes one between the check and its use.
import { createServer } from 'node:net'

const LOWEST = 11_000
const COUNT = 20_000

function isFree(port: number): Promise<boolean> {
  return new Promise(resolve => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, () => server.close(() => resolve(true)))
  })
}

/** A port on which nobody listens, on any address. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = LOWEST + Math.floor(Math.random() * COUNT)
    if (await isFree(port)) return port
  }
}
