// One listening address: takes the sockets that arrive, counts them, and knows which listener's config holds for them now.
import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { type Address, formatAddress } from '../base/address.ts'
import type { Timer } from '../base/clock.ts'
import { Roster } from '../base/roster.ts'
import { type Bound, listen } from '../net/listen.ts'
import type { Log } from '../observe/log.ts'
import type { Listener } from '../snapshot/snapshot.ts'
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
import { Entrance, type House } from './entrance.ts'
import type { LatestMemo, VisitorMemo } from './visitor-memo.ts'

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

export class Door implements VisitorPort, House, LatestMemo {
  readonly address: Address
  readonly wire: WireParts
  readonly log: Log
  /** Requests under way, for max_requests_in_flight. */
  inFlight = 0
  latest: VisitorMemo | undefined
  private bound: Bound | undefined
  private isOpen = false
  private isClosed = false
  /** Sockets that came before the config they belong to was live. */
  private waiting: Socket[] = []
  private readonly visitors = new Roster<VisitorConnection>()
  private readonly entrance: Entrance
  private whenDeserted: (() => void)[] = []
  /** Connections past max_connections: accepted, not read, closed after header_timeout. */
  private readonly turnedAway = new Map<Socket, Timer>()
  /** The last config that held here: what a draining door goes on with. */
  private last: Listener
  private readonly reception: Reception

  constructor(listener: Listener, reception: Reception) {
    this.last = listener
    this.address = listener.address
    this.reception = reception
    this.wire = reception.wire
    this.log = reception.log
    this.entrance = new Entrance(this)
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
    return this.listener.id
  }

  get isDraining(): boolean {
    return this.isClosed
  }

  get connections(): number {
    return this.visitors.size + this.entrance.size
  }

  get limits(): VisitorLimits {
    return this.listener.limits
  }

  get listener(): Listener {
    const live = this.reception.listenerOf(this)
    if (live !== undefined) this.last = live
    return this.last
  }

  get terms(): Terms | undefined {
    return this.reception.termsOf(this.listener)
  }

  private accepted(socket: Socket): void {
    if (!this.isOpen) {
      socket.on('error', () => undefined)
      this.waiting.push(socket)
      return
    }
    const { maxConnections, headerTimeout } = this.listener.limits
    if (maxConnections > 0 && this.connections >= maxConnections) this.turnAway(socket, headerTimeout)
    else this.entrance.admit(socket)
  }

  /** Where a visitor's protocol is chosen. */
  entered(socket: Socket, peer: string, security: Security | undefined): void {
    const isHttp2 = (socket as Partial<TLSSocket>).alpnProtocol === 'h2'
    const visitor = isHttp2
      ? new H2Visitor(socket, peer, security, this, this.wire.wheel)
      : new H1Visitor(socket, peer, security, this, this.wire)
    this.visitors.add(visitor)
    if (this.isClosed) visitor.drain()
  }

  turnedBack(): void {
    this.tellDeserted()
  }

  /** In plain text; over TLS the protocol was agreed on. */
  get speaksHttp2(): boolean {
    return this.listener.http2 && this.listener.protocol === 'http'
  }

  becomeHttp2(connection: VisitorConnection, socket: Socket, peer: string): void {
    this.visitors.add(new H2Visitor(socket, peer, undefined, this, this.wire.wheel))
    this.visitors.delete(connection)
  }

  private turnAway(socket: Socket, headerTimeout: number): void {
    const timer = this.wire.clock.after(headerTimeout, () => socket.destroy())
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
    return this.reception.open(this, this.listener, side)
  }

  refuse(side: VisitorSide, refusal: Refusal): void {
    this.reception.refuse(this, this.listener, side, refusal)
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
    for (const visitor of this.visitors.list()) visitor.drain()
    this.wire.clock.after(IDLE_GRACE, () => {
      for (const visitor of this.visitors.list()) visitor.closeIdle()
      this.entrance.destroy()
    })
  }

  /** Cuts what is left. */
  destroy(): void {
    this.close()
    for (const visitor of this.visitors.list()) visitor.destroy()
    this.entrance.destroy()
  }
}
