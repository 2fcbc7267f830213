// Counts exchanges as their records come by. Labels are ids of the file and words from fixed lists: nothing that a visitor can invent.
// Mutable State: fed on every request. What is counted is looked up by ids, so it outlives every reload that keeps the id.
import type { AccessSink } from './access.ts'
import { Histogram } from './histogram.ts'
import type { ExchangeRecord } from './record.ts'

const METHODS: readonly string[] = [
  'GET',
  'HEAD',
  'POST',
  'PUT',
  'PATCH',
  'DELETE',
  'OPTIONS',
  'TRACE',
  'CONNECT',
  'other',
]
const METHOD_INDEX: ReadonlyMap<string, number> = new Map(METHODS.map((method, at) => [method, at]))
const OTHER = METHODS.length - 1
/** Above every status. */
const STATUSES = 1000

/** Requests by the class of their status, 1xx to 5xx. */
export type Classes = [number, number, number, number, number]

/** One number, so that counting allocates nothing. */
class Count {
  value = 0
}

/** What is counted of one route (`''`: of requests that none took) under one listener. */
export class RouteMeter {
  readonly duration: Histogram = new Histogram()
  bytesIn = 0
  bytesOut = 0
  /** By target, until the origin's head was there. */
  readonly origins: Map<string, Histogram> = new Map()
  private readonly byMethodAndStatus = new Map<number, Count>()

  count(r: ExchangeRecord): void {
    const key = (METHOD_INDEX.get(r.method) ?? OTHER) * STATUSES + r.status
    let count = this.byMethodAndStatus.get(key)
    if (count === undefined) {
      count = new Count()
      this.byMethodAndStatus.set(key, count)
    }
    count.value++
    this.duration.observe(r.duration)
    this.bytesIn += r.bytesIn
    this.bytesOut += r.bytesOut
    if (r.headTime !== undefined && r.target !== undefined) this.originOf(r.target).observe(r.headTime)
  }

  private originOf(target: string): Histogram {
    let origin = this.origins.get(target)
    if (origin === undefined) {
      origin = new Histogram()
      this.origins.set(target, origin)
    }
    return origin
  }

  /** Requests by method (`other` for what isn't standard) and status. */
  *requests(): Generator<readonly [method: string, status: number, count: number]> {
    for (const [key, { value }] of this.byMethodAndStatus)
      yield [METHODS[Math.floor(key / STATUSES)] ?? 'other', key % STATUSES, value]
  }
}

export class Meters implements AccessSink {
  /** By listener, then by route. */
  readonly listeners: Map<string, Map<string, RouteMeter>> = new Map()
  /** By the agent that they went through. */
  readonly agents: Map<string, Classes> = new Map()

  record(r: ExchangeRecord): void {
    let routes = this.listeners.get(r.listener)
    if (routes === undefined) {
      routes = new Map()
      this.listeners.set(r.listener, routes)
    }
    const id = r.route ?? ''
    let meter = routes.get(id)
    if (meter === undefined) {
      meter = new RouteMeter()
      routes.set(id, meter)
    }
    meter.count(r)
    if (r.agent !== undefined) this.countAgent(r.agent, r.status)
  }

  private countAgent(id: string, status: number): void {
    let classes = this.agents.get(id)
    if (classes === undefined) {
      classes = [0, 0, 0, 0, 0]
      this.agents.set(id, classes)
    }
    const at = Math.floor(status / 100) - 1
    if (at >= 0 && at < 5) classes[at as 0]++
  }

  /** Forgets what the file no longer has. */
  retain(has: Readonly<Record<'listener' | 'route' | 'agent', (id: string) => boolean>>): void {
    for (const agent of this.agents.keys()) if (!has.agent(agent)) this.agents.delete(agent)
    for (const [listener, routes] of this.listeners) {
      if (!has.listener(listener)) this.listeners.delete(listener)
      else for (const route of routes.keys()) if (route !== '' && !has.route(route)) routes.delete(route)
    }
  }
}
