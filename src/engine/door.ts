// One listening address: takes the sockets that arrive, counts them, and knows which listener's config holds for them now.
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { type Address, formatAddress } from '../base/address.ts'
import type { Timer } from '../base/clock.ts'
import { plainAddress } from '../http/forwarded.ts'
import { type Bound, listen } from '../net/listen.ts'
import { type Arrival, type Arrived, awaitHeader } from '../net/proxy-arrival.ts'
import type { Log } from '../observe/log.ts'
import type { Listener } from '../snapshot/snapshot.ts'
import { Acceptor, type Handshakes } from '../tls/acceptor.ts'
import type { Certificate } from '../tls/certificate.ts'
import { covers, plainName } from '../tls/names.ts'
import type { Terms } from '../tls/terms.ts'
import type { WireParts } from '../wire/h1/origin.ts'
import type { Refusal } from '../wire/h1/refusal.ts'
import { H1Visitor } from '../wire/h1/visitor.ts'
import { H2Visitor } from '../wire/h2/visitor.ts'
import type {
  RequestSink,
  Security,
  VisitorConnection,
  VisitorLimits,
  VisitorPort,
  VisitorSide,
} from '../wire/visitor-side.ts'

/** What a door needs of the engine behind it. */
export interface Reception {
  readonly wire: WireParts
  readonly log: Log
  dateLine(): string
  /** The config that holds for a door's next request; undefined when no listener has its address any more. */
  listenerOf(door: Door): Listener | undefined
  /** What the handshakes of an https listener go by; undefined for one that speaks plain text. */
  termsOf(listener: Listener): Terms | undefined
  open(door: Door, listener: Listener, side: VisitorSide): RequestSink
  refuse(door: Door, listener: Listener, side: VisitorSide, refusal: Refusal): void
}

/** How long an idle connection may wait for one more request once its listener goes away. */
const IDLE_GRACE = 1_000

export class Door implements VisitorPort, Handshakes {
  readonly address: Address
  /** Requests under way, for max_requests_in_flight. */
  inFlight = 0
  private bound: Bound | undefined
  private isOpen = false
  private isClosed = false
  /** Sockets that came before the config they belong to was live. */
  private waiting: Socket[] = []
  private readonly visitors = new Set<VisitorConnection>()
  /** Connections whose PROXY header isn't whole yet. */
  private readonly arriving = new Set<Arrival>()
  /** Sockets on which TLS is being agreed on, and whom they are from. */
  private readonly handshakes = new Map<Socket, string>()
  private acceptor: Acceptor | undefined
  private whenDeserted: (() => void)[] = []
  /** Connections past max_connections: accepted, not read, closed after header_timeout. */
  private readonly turnedAway = new Map<Socket, Timer>()
  /** The last config that held here: what a draining door goes on with. */
  private listener: Listener
  private readonly reception: Reception

  constructor(listener: Listener, reception: Reception) {
    this.listener = listener
    this.address = listener.address
    this.reception = reception
  }

  /** Binds the address; rejects with the system's error. Sockets wait until `open`. */
  async bind(): Promise<void> {
    this.bound = await listen(this.address, socket => this.accepted(socket))
  }

  /** Resolves when all who wait in the kernel's queue are accepted; who comes in the turn after `unbind` is refused. */
  emptied(): Promise<void> {
    return this.bound?.emptied() ?? Promise.resolve()
  }

  /** Gives the address up, for another door or before a second try at `bind`; what was accepted stays. */
  unbind(): void {
    this.bound?.close()
    this.bound = undefined
  }

  /** The config is live: lets in who waits. */
  open(): void {
    this.isOpen = true
    for (const socket of this.waiting.splice(0)) this.accepted(socket)
  }

  get word(): string {
    return formatAddress(this.address)
  }

  /** Of the listener whose config holds here. */
  get listenerId(): string {
    return this.current.id
  }

  get isDraining(): boolean {
    return this.isClosed
  }

  get connections(): number {
    return this.visitors.size + this.arriving.size + this.handshakes.size
  }

  get limits(): VisitorLimits {
    return this.current.limits
  }

  private get current(): Listener {
    const live = this.reception.listenerOf(this)
    if (live !== undefined) this.listener = live
    return this.listener
  }

  private accepted(socket: Socket): void {
    if (!this.isOpen) {
      socket.on('error', () => undefined)
      this.waiting.push(socket)
      return
    }
    const { maxConnections, headerTimeout } = this.current.limits
    if (maxConnections > 0 && this.connections >= maxConnections) this.turnAway(socket, headerTimeout)
    else this.admit(socket)
  }

  private admit(socket: Socket): void {
    const { remoteAddress } = socket
    // One that was reset already has no address any more, and must not pass for a peer on a unix socket, whose address is `''`.
    if (remoteAddress === undefined && this.address.kind === 'tcp') {
      socket.destroy()
      return
    }
    const peer = plainAddress(remoteAddress ?? '')
    const { proxyProtocol, trustedProxies } = this.current
    if (proxyProtocol === 'off') this.enter(socket, peer)
    else if (trustedProxies.has(peer)) this.awaitHeader(socket, peer, proxyProtocol === 'require')
    else if (proxyProtocol === 'accept') this.enter(socket, peer)
    else {
      socket.destroy()
      this.tellRefused(peer, 'not a trusted proxy')
    }
  }

  private awaitHeader(socket: Socket, peer: string, isRequired: boolean): void {
    const { wheel } = this.reception.wire
    const rules = { isRequired, timeout: this.current.limits.headerTimeout }
    const arrival = awaitHeader(socket, rules, wheel, how => {
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
    this.tellDeserted()
  }

  private tellRefused(peer: string, why: string): void {
    this.reception.log.debug('proxy-protocol/refused', { listener: this.listenerId, peer, why })
  }

  /**
   * `peer` is who the connection is from: its own address, or the one that a trusted proxy's header names. New connections
   * follow the running config, whatever was spoken here before.
   */
  private enter(socket: Socket, peer: string): void {
    if (this.current.protocol === 'http') {
      this.converse(socket, peer, undefined)
      return
    }
    // A listener that went away is in no running config, and must not speak plain text to who comes late.
    const terms = this.reception.termsOf(this.current) ?? this.acceptor?.terms
    if (terms === undefined) {
      socket.destroy()
      this.tellDeserted()
      return
    }
    const now = this.reception.wire.clock.now()
    if (this.acceptor?.terms !== terms) this.acceptor = new Acceptor(terms, this, now)
    this.handshakes.set(socket, peer)
    this.acceptor.accept(socket, now)
  }

  secured(socket: TLSSocket, raw: Socket, name: string | undefined, { names = [] }: Certificate): void {
    const peer = this.handshakes.get(raw)
    if (peer === undefined) throw new Error('a handshake that nobody began is done')
    this.handshakes.delete(raw)
    this.converse(socket, peer, {
      name: name === undefined ? undefined : plainName(name),
      covers: host => covers(names, host),
    })
  }

  failed(raw: Socket, why: string): void {
    const peer = this.handshakes.get(raw)
    this.handshakes.delete(raw)
    this.reception.log.debug('tls/handshake-failed', { listener: this.listenerId, peer, why })
    this.tellDeserted()
  }

  /** Where a visitor's protocol is chosen. */
  private converse(socket: Socket, peer: string, security: Security | undefined): void {
    const { wire } = this.reception
    const isHttp2 = (socket as Partial<TLSSocket>).alpnProtocol === 'h2'
    const visitor = isHttp2
      ? new H2Visitor(socket, peer, security, this, wire.wheel)
      : new H1Visitor(socket, peer, security, this, wire)
    this.visitors.add(visitor)
  }

  /** In plain text; over TLS the protocol was agreed on. */
  get speaksHttp2(): boolean {
    return this.current.http2 && this.current.protocol === 'http'
  }

  becomeHttp2(connection: VisitorConnection, socket: Socket, peer: string): void {
    this.visitors.add(new H2Visitor(socket, peer, undefined, this, this.reception.wire.wheel))
    this.visitors.delete(connection)
  }

  private turnAway(socket: Socket, headerTimeout: number): void {
    const timer = this.reception.wire.clock.after(headerTimeout, () => socket.destroy())
    this.turnedAway.set(socket, timer)
    socket.on('error', () => undefined)
    socket.on('close', () => {
      timer.cancel()
      this.turnedAway.delete(socket)
    })
  }

  dateLine(): string {
    return this.reception.dateLine()
  }

  openExchange(side: VisitorSide): RequestSink {
    return this.reception.open(this, this.current, side)
  }

  refuse(side: VisitorSide, refusal: Refusal): void {
    this.reception.refuse(this, this.current, side, refusal)
  }

  closed(connection: VisitorConnection): void {
    this.visitors.delete(connection)
    this.tellDeserted()
  }

  private tellDeserted(): void {
    if (this.connections === 0) for (const call of this.whenDeserted.splice(0)) call()
  }

  /** Resolves when no visitor is connected. */
  deserted(): Promise<void> {
    if (this.connections === 0) return Promise.resolve()
    const { promise, resolve } = Promise.withResolvers<void>()
    this.whenDeserted.push(resolve)
    return promise
  }

  /** Stops accepting. Requests under way go on; idle connections get a moment for one more request, answered with `close`. */
  close(): void {
    if (this.isClosed) return
    this.isClosed = true
    this.unbind()
    for (const socket of [...this.waiting.splice(0), ...this.turnedAway.keys()]) socket.destroy()
    for (const visitor of this.visitors) visitor.drain()
    this.reception.wire.clock.after(IDLE_GRACE, () => {
      for (const visitor of this.visitors) visitor.closeIdle()
      for (const arrival of this.arriving) arrival.destroy()
      for (const raw of this.handshakes.keys()) raw.destroy()
    })
  }

  /** Cuts what is left. */
  destroy(): void {
    this.close()
    for (const visitor of this.visitors) visitor.destroy()
    for (const arrival of this.arriving) arrival.destroy()
    for (const raw of this.handshakes.keys()) raw.destroy()
  }
}
