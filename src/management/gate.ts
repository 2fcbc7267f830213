// One address of the door: bound, a handshake where TLS is spoken, and a counter behind it.
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import type { Address } from '../base/address.ts'
import type { Clock } from '../base/clock.ts'
import { plainAddress, visitorAddress } from '../http/forwarded.ts'
import { type Bound, listen } from '../net/listen.ts'
import type { Management } from '../snapshot/management.ts'
import { Acceptor } from '../tls/acceptor.ts'
import { clientCertificate } from '../tls/client-certificate.ts'
import type { Terms } from '../tls/terms.ts'
import { PATIENCE } from './deadline.ts'
import type { Asked, Said } from './message.ts'
import { type Counter, openCounter, type TunnelDesk } from './serve.ts'
import { Turns } from './turns.ts'

/** What holds at an address now; both are undefined for the control socket. */
export interface House {
  readonly management: Management | undefined
  /** undefined: plain text. */
  readonly terms: Terms | undefined
}

export interface Gate {
  readonly address: Address
  /** Other rules and certificates from the next connection on; requests on those that are open follow the rules at once. */
  furnish(house: House): void
  /** Gives the address up for another; who is connected stays. */
  unbind(): void
  /** Takes the address again. */
  bind(): Promise<void>
  /** Stops accepting; what is asked already is answered. */
  close(): void
  /** Cuts what is left. */
  destroy(): void
}

export interface GateParts {
  readonly clock: Clock
  readonly answer: (asked: Asked, management: Management | undefined) => Promise<Said>
  readonly tunnel: TunnelDesk
  readonly broken: (error: unknown) => void
}

/** Each costs about a millisecond, which no visitor should have to wait for many times over. */
const HANDSHAKES = { most: 64, share: 48, longest: 2048, patience: PATIENCE.head }

/** Makes a gate that `bind` will open; it answers as soon as it is bound. */
export function makeGate(address: Address, house: House, parts: GateParts): Gate {
  const { clock, answer } = parts
  let { management, terms } = house
  let bound: Bound | undefined
  let acceptor: Acceptor | undefined
  /** Sockets on which TLS is being agreed on, and whom they are from. */
  const handshakes = new Map<Socket, string>()
  const turns = new Turns(clock, HANDSHAKES)
  const counter: Counter = openCounter({
    ...parts,
    answer: asked => answer(asked, management),
    visitor: (peer, fields) =>
      management === undefined ? peer : visitorAddress(peer, management.trustedProxies, fields),
  })

  function accepted(socket: Socket): void {
    const { remoteAddress } = socket
    // One that was reset already has no address any more, and must not pass for a peer on the control socket.
    if (address.kind === 'tcp' && remoteAddress === undefined) socket.destroy()
    else if (terms === undefined)
      counter.admit(socket, { peer: plainAddress(remoteAddress ?? ''), certified: undefined })
    else wait(socket, terms, plainAddress(remoteAddress ?? ''))
  }

  function wait(socket: Socket, now: Terms, peer: string): void {
    turns.come(socket, peer, () => shake(socket, now, peer))
  }

  function shake(socket: Socket, now: Terms, peer: string): void {
    if (acceptor?.terms !== now)
      acceptor = new Acceptor(
        now,
        { secured: (socket, raw) => secured(now, socket, raw), failed },
        clock.now(),
      )
    handshakes.set(socket, peer)
    acceptor.accept(socket, clock.now())
  }

  function secured({ tls }: Terms, socket: TLSSocket, raw: Socket): void {
    const peer = shaken(raw)
    const shown = tls.clientCa === undefined ? undefined : clientCertificate(socket)
    if (shown?.kind === 'wrong') socket.destroy()
    else counter.admit(socket, { peer, certified: shown && (shown.kind === 'good' ? shown.uris : []) })
  }

  function failed(raw: Socket): void {
    shaken(raw)
  }

  /** Whom the socket is from. */
  function shaken(raw: Socket): string {
    const peer = handshakes.get(raw) ?? ''
    handshakes.delete(raw)
    turns.over(peer)
    return peer
  }

  function unbind(): void {
    bound?.close()
    bound = undefined
  }

  function close(): void {
    unbind()
    turns.close()
    for (const raw of handshakes.keys()) raw.destroy()
    counter.close()
  }

  return {
    address,
    furnish(next) {
      management = next.management
      terms = next.terms
    },
    unbind,
    async bind() {
      bound = await listen(address, accepted)
    },
    close,
    destroy() {
      close()
      counter.destroy()
    },
  }
}
