// One address of the door: bound, and a counter behind it.
import type { Socket } from 'node:net'
import type { Address } from '../base/address.ts'
import type { Clock } from '../base/clock.ts'
import { plainAddress } from '../http/forwarded.ts'
import { listen } from '../net/listen.ts'
import type { Asked, Said } from './message.ts'
import { type Counter, openCounter } from './serve.ts'

export interface Gate {
  readonly address: Address
  /** Stops accepting; what is asked already is answered. */
  close(): void
  /** Cuts what is left. */
  destroy(): void
}

export interface GateParts {
  readonly clock: Clock
  readonly answer: (asked: Asked) => Promise<Said>
  readonly broken: (error: unknown) => void
}

/** Binds an address and answers there at once; rejects with the system's error. */
export async function openGate(address: Address, parts: GateParts): Promise<Gate> {
  const counter: Counter = openCounter(parts)
  const accepted = (socket: Socket): void => {
    // One that was reset already has no address any more, and must not pass for a peer on the unix socket.
    if (address.kind === 'tcp' && socket.remoteAddress === undefined) socket.destroy()
    else counter.admit(socket, plainAddress(socket.remoteAddress ?? ''))
  }
  const bound = await listen(address, accepted)
  const close = (): void => {
    bound.close()
    counter.close()
  }
  return {
    address,
    close,
    destroy() {
      close()
      counter.destroy()
    },
  }
}
