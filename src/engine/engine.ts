// Holds the running snapshot. `this.live = …` in `swap` is the one line in the program that changes what requests follow.
import type { Clock } from '../base/clock.ts'
import { formatDuration } from '../base/duration.ts'
import type { Random } from '../base/random.ts'
import { type DateSource, dateSource } from '../http/date.ts'
import type { Lookup } from '../net/name.ts'
import { openNames } from '../net/names.ts'
import { openReadBuffers } from '../net/read-buffers.ts'
import { Scratch } from '../net/scratch.ts'
import { openTrust } from '../net/trust.ts'
import { startWheel } from '../net/wheel.ts'
import type { AccessSink } from '../observe/access.ts'
import type { Log } from '../observe/log.ts'
import type { Listener, Snapshot } from '../snapshot/snapshot.ts'
import type { Keep } from '../state/keep.ts'
import type { Terms } from '../tls/terms.ts'
import type { Agents } from '../tunnel/agents.ts'
import type { HealthParts } from '../upstream/health/health.ts'
import { startProbe } from '../upstream/health/probe.ts'
import type { WireParts } from '../wire/h1/origin.ts'
import type { Refusal } from '../wire/h1/refusal.ts'
import { SpareReaders } from '../wire/h1/spare-readers.ts'
import type { RequestSink, VisitorSide } from '../wire/visitor-side.ts'
import { type Adoption, acquire, release } from './adopt.ts'
import { type Following, followAgents } from './agents.ts'
import type { Door, Reception } from './door.ts'
import { Exchange, type ExchangeOwner } from './exchange.ts'
import { Exchanges } from './exchanges.ts'
import { HeldBodies } from './held-bodies.ts'
import { limitAt } from './limit-place.ts'
import { followHealth, type Live } from './live.ts'
import { followNames, tellName } from './names.ts'
import { conduct } from './pipeline.ts'
import { recordOf } from './record.ts'
import { rescue } from './rescue.ts'

export interface EngineParts {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly access: AccessSink
  readonly keep: Keep
  /** Whom names of origins are asked of. */
  readonly lookup: Lookup
  readonly agents: Agents
  /** Where what outlives the process is kept unless the file says. */
  readonly stateDir: string
}

export interface Engine {
  /** acquire, swap, release; on failure nothing has changed. One at a time. */
  adopt(next: Snapshot): Promise<Adoption>
  /** Stops accepting, lets work finish for the drain timeout, then cuts the rest. */
  drain(): Promise<void>
  /** Cuts everything at once. */
  close(): void
  readonly current: Snapshot | undefined
  readonly generation: number
  /** What runs, with its State; undefined before the first adoption. */
  readonly live: Live | undefined
  /** Exchanges under way. */
  readonly inFlight: number
  /** Every address that accepts. */
  entrances(): readonly OpenEntrance[]
}

/** An address that accepts, and what it is busy with. */
export interface OpenEntrance {
  /** The id of the listener whose config holds there. */
  readonly listener: string
  readonly address: string
  readonly connections: number
  readonly inFlight: number
}

export function startEngine(parts: EngineParts): Engine {
  return new RunningEngine(parts)
}

/** What adoption may touch of the engine. */
export interface Adopter extends Reception {
  /** Makes whoever may be chosen follow what is live: by health, and by agents. */
  follow(live: Live): void
  readonly parts: EngineParts
  readonly live: Live | undefined
  readonly doors: Map<string, Door>
  readonly exchanges: Exchanges
  readonly health: HealthParts
}

class RunningEngine implements Engine, Adopter, ExchangeOwner {
  readonly parts: EngineParts
  readonly clock: Clock
  readonly log: Log
  readonly wire: WireParts
  readonly health: HealthParts
  readonly exchanges: Exchanges = new Exchanges()
  readonly bodies: HeldBodies = new HeldBodies()
  /** By the word of their address. */
  readonly doors: Map<string, Door> = new Map()
  live: Live | undefined
  private readonly date: DateSource
  private following: Following | undefined
  private named: ((name: string) => void) | undefined

  constructor(parts: EngineParts) {
    this.parts = parts
    this.clock = parts.clock
    this.log = parts.log
    this.wire = {
      clock: parts.clock,
      random: parts.random,
      wheel: startWheel(parts.clock),
      buffers: openReadBuffers(),
      scratch: new Scratch(),
      readers: new SpareReaders(),
      trust: openTrust(),
      names: openNames({
        clock: parts.clock,
        lookup: parts.lookup,
        tell: news => {
          tellName(parts.log, news)
          this.named?.(news.name)
        },
      }),
      tunnels: parts.agents,
    }
    this.health = {
      ...parts,
      probe: (target, check, done) => startProbe(target, check, this.wire, done),
    }
    parts.agents.watch(id => this.following?.changed(id))
    this.date = dateSource(() => parts.clock.wall())
  }

  get current(): Snapshot | undefined {
    return this.live?.snapshot
  }

  get generation(): number {
    return this.live?.generation ?? 0
  }

  get inFlight(): number {
    return this.exchanges.size
  }

  entrances(): readonly OpenEntrance[] {
    return [...this.doors.values()].map(({ listenerId, word, connections, inFlight }) => ({
      listener: listenerId,
      address: word,
      connections,
      inFlight,
    }))
  }

  async adopt(next: Snapshot): Promise<Adoption> {
    const acquired = await acquire(this, next)
    if (!acquired.ok) return acquired
    this.wire.names.follow(acquired.names)
    this.swap(acquired.live)
    return release(this, acquired)
  }

  follow(live: Live): void {
    const { agents } = this.parts
    agents.follow(live.snapshot.agents)
    const following = followAgents(live, agents)
    this.following = following
    this.named = followNames(live, this.wire.names)
    followHealth(live, pool => following.refresh(pool))
  }

  private swap(next: Live): void {
    this.live = next
  }

  dateLine(): string {
    return this.date.line()
  }

  listenerOf(door: Door): Listener | undefined {
    return this.live?.listeners.get(door)
  }

  termsOf(listener: Listener): Terms | undefined {
    return this.live?.terms.get(listener)
  }

  open(door: Door, listener: Listener, side: VisitorSide): RequestSink {
    const exchange = this.begin(door, listener, side)
    if (this.live === undefined) throw new Error('a door is open before any snapshot is live')
    conduct(exchange, this.live, this.parts)
    return exchange
  }

  refuse(door: Door, listener: Listener, side: VisitorSide, refusal: Refusal): void {
    const exchange = this.begin(door, listener, side)
    exchange.answer(
      rescue(
        { code: refusal.code, at: limitAt(refusal.code, listener, undefined), detail: refusal.detail },
        refusal.status,
      ),
    )
  }

  private begin(door: Door, listener: Listener, side: VisitorSide): Exchange {
    const exchange = new Exchange(this, side, listener, this.generation)
    exchange.door = door
    door.inFlight++
    this.exchanges.add(exchange)
    return exchange
  }

  ended(exchange: Exchange): void {
    if (exchange.door !== undefined) exchange.door.inFlight--
    this.exchanges.remove(exchange)
    this.parts.access.record(recordOf(exchange))
  }

  async drain(): Promise<void> {
    const timeout = this.current?.drainTimeout ?? 0
    for (const door of this.doors.values()) {
      await door.emptied()
      door.close()
    }
    const { promise, resolve } = Promise.withResolvers<void>()
    const timer = this.clock.after(timeout, resolve)
    await Promise.race([promise, this.settled()])
    timer.cancel()
    for (const exchange of this.exchanges.list())
      exchange.cut(`the stop's drain_timeout of ${formatDuration(timeout)} is over`)
    this.close()
  }

  /** Resolves when no request is under way and every visitor has gone. */
  private async settled(): Promise<void> {
    await this.exchanges.empty()
    await Promise.all([...this.doors.values()].map(door => door.deserted()))
  }

  close(): void {
    for (const door of this.doors.values()) door.destroy()
    this.wire.wheel.stop()
    this.wire.names[Symbol.dispose]()
    this.parts.keep.retain(() => false)
  }
}
