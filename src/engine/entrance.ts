// The way from a socket that was just accepted to a connection that can be spoken on: whom it is from, and a TLS handshake.
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { type Member, Roster } from '../base/roster.ts'
import { plainAddress } from '../http/forwarded.ts'
import { closeAbandoned } from '../net/abandoned.ts'
import { type Arrival, type Arrived, awaitHeader } from '../net/proxy-arrival.ts'
import type { Log } from '../observe/log.ts'
import type { Listener } from '../snapshot/snapshot.ts'
import { Acceptor, type Handshakes } from '../tls/acceptor.ts'
import type { Certificate } from '../tls/certificate.ts'
import { covers, plainName } from '../tls/names.ts'
import type { Terms } from '../tls/terms.ts'
import type { WireParts } from '../wire/h1/origin.ts'
import type { Security } from '../wire/visitor-side.ts'

/** Where an entrance leads: the door it belongs to. */
export interface House {
  readonly wire: WireParts
  readonly log: Log
  /** The listener whose config holds now. */
  readonly listener: Listener
  /** What handshakes go by now; undefined when nothing says so any more. */
  readonly terms: Terms | undefined
  /** `peer` is who the connection is from: its own address, or the one that a trusted proxy's header names. */
  entered(socket: Socket, peer: string, security: Security | undefined): void
  /** Somebody didn't get in. */
  turnedBack(): void
}

/** TLS is being agreed on. */
interface Handshake extends Member {
  readonly raw: Socket
  /** Whom it is from. */
  readonly peer: string
}

export class Entrance implements Handshakes {
  /** Connections whose PROXY header isn't whole yet. */
  private readonly arriving: Roster<Arrival> = new Roster()
  private readonly handshakes: Roster<Handshake> = new Roster()
  /** The same by their sockets. */
  private readonly bySocket = new WeakMap<Socket, Handshake>()
  private acceptor: Acceptor | undefined
  private readonly house: House

  constructor(house: House) {
    this.house = house
  }

  /** Connections on their way in. */
  get size(): number {
    return this.arriving.size + this.handshakes.size
  }

  /** Lets a socket in that nobody reads yet. New connections follow the running config, whatever was spoken here before. */
  admit(socket: Socket): void {
    const { listener } = this.house
    const { remoteAddress } = socket
    // One that was reset already has no address any more, and must not pass for a peer on a unix socket, whose address is `''`.
    if (remoteAddress === undefined && listener.address.kind === 'tcp') {
      this.turnBack(socket)
      return
    }
    const peer = plainAddress(remoteAddress ?? '')
    const { proxyProtocol, trustedProxies } = listener
    if (proxyProtocol === 'off') this.enter(socket, peer)
    else if (trustedProxies.has(peer)) this.awaitHeader(socket, peer, proxyProtocol === 'require')
    else if (proxyProtocol === 'accept') this.enter(socket, peer)
    else {
      this.tellRefused(peer, 'not a trusted proxy')
      this.turnBack(socket)
    }
  }

  /** Cuts whoever is on the way in. */
  destroy(): void {
    for (const arrival of this.arriving.list()) arrival.destroy()
    for (const { raw } of this.handshakes.list()) raw.destroy()
  }

  private awaitHeader(socket: Socket, peer: string, isRequired: boolean): void {
    const { wire, listener } = this.house
    const rules = { isRequired, timeout: listener.limits.headerTimeout }
    const arrival = awaitHeader(socket, rules, wire.wheel, how => {
      this.arriving.delete(arrival)
      this.arrived(socket, peer, how)
    })
    this.arriving.add(arrival)
  }

  private arrived(socket: Socket, peer: string, how: Arrived): void {
    if (how.kind === 'here') {
      this.enter(socket, how.source === undefined ? peer : plainAddress(how.source.address))
      return
    }
    if (how.kind === 'refused') this.tellRefused(peer, how.why)
    this.house.turnedBack()
  }

  private enter(socket: Socket, peer: string): void {
    const { listener, wire } = this.house
    if (listener.protocol === 'http') {
      this.house.entered(socket, peer, undefined)
      return
    }
    // A listener that went away is in no running config, and must not speak plain text to who comes late.
    const terms = this.house.terms ?? this.acceptor?.terms
    if (terms === undefined) {
      this.turnBack(socket)
      return
    }
    const now = wire.clock.now()
    if (this.acceptor?.terms !== terms) this.acceptor = new Acceptor(terms, this, now)
    const handshake = { place: 0, raw: socket, peer }
    this.handshakes.add(handshake)
    this.bySocket.set(socket, handshake)
    this.acceptor.accept(socket, now)
  }

  secured(socket: TLSSocket, raw: Socket, name: string | undefined, { names = [] }: Certificate): void {
    const peer = this.ended(raw)
    if (peer === undefined) throw new Error('a handshake that nobody began is done')
    closeAbandoned(socket, this.house.wire.wheel)
    this.house.entered(socket, peer, {
      name: name === undefined ? undefined : plainName(name),
      covers: host => covers(names, host),
    })
  }

  failed(raw: Socket, why: string): void {
    const peer = this.ended(raw)
    this.house.log.debug('tls/handshake-failed', { listener: this.house.listener.id, peer, why })
    this.house.turnedBack()
  }

  /** Whom the socket is from. */
  private ended(raw: Socket): string | undefined {
    const handshake = this.bySocket.get(raw)
    if (handshake !== undefined) this.handshakes.delete(handshake)
    return handshake?.peer
  }

  private tellRefused(peer: string, why: string): void {
    this.house.log.debug('proxy-protocol/refused', { listener: this.house.listener.id, peer, why })
  }

  private turnBack(socket: Socket): void {
    socket.destroy()
    this.house.turnedBack()
  }
}
