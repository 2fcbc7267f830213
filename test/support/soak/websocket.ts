// A visitor of a soak over WebSocket: a few messages there and back, each checked, then a close or a cut.
import { once } from 'node:events'
import type { WebSocket } from 'ws'
import type { Chance } from '../chance.ts'
import { bytesFor } from './bytes.ts'

/** The other end echoes. Throws when another message comes back, or none. */
export async function talk(socket: WebSocket, n: number, chance: Chance): Promise<void> {
  try {
    for (let message = 0; message < 3; message++) {
      const said = bytesFor(n + message, 1 + chance.below(20_000))
      const heard = once(socket, 'message')
      socket.send(said)
      const [data] = (await heard) as [Buffer]
      if (!data.equals(said)) throw new Error(`websocket ${n}: another message came back`)
    }
    if (chance.oneIn(4)) return
    const closed = once(socket, 'close')
    socket.close(1000)
    const [code] = await closed
    if (code !== 1000) throw new Error(`websocket ${n}: closed with ${code}`)
  } finally {
    socket.on('error', () => undefined)
    socket.terminate()
  }
}
