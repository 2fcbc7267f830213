// A TLS connection whose far side has said that it will send no more, and that nothing can be written to any longer.
import type { Socket } from 'node:net'
import type { Wheel } from './wheel.ts'

/** Milliseconds that somebody who has said goodbye may take nothing of what is still to be written. */
const PATIENCE = 5_000

/**
 * Destroys the socket when its far side has ended and takes nothing any more. A plain socket hears of a reset when it writes.
 * Over TLS Node may lose the failure of a write that was queued behind the end of the handshake: neither its callback nor `error`
 * nor `close` ever comes, and the descriptor would stay.
 */
export function closeAbandoned(socket: Socket, wheel: Wheel): void {
  socket.once('end', () => {
    let before = 0
    const deadline = wheel.deadline(() => {
      const taken = socket.bytesWritten - socket.writableLength
      if (socket.writableLength > 0 && taken === before) {
        socket.destroy()
        return
      }
      before = taken
      deadline.arm(PATIENCE)
    })
    before = socket.bytesWritten - socket.writableLength
    deadline.arm(PATIENCE)
    socket.once('close', () => deadline.release())
  })
}
