// The only place where a reload touches the world: acquire everything that can fail, (swap), release what went.
import { formatAddress } from '../base/address.ts'
import { nextTurn } from '../base/clock.ts'
import type { Diagnostic } from '../base/diagnostic.ts'
import { formatDuration } from '../base/duration.ts'
import { inSlices } from '../base/in-slices.ts'
import { type Plan, planSteps } from '../snapshot/plan.ts'
import type { Listener, Snapshot } from '../snapshot/snapshot.ts'
import type { Shown } from '../tls/shown.ts'
import { Door } from './door.ts'
import { changedUnder } from './drain.ts'
import type { Adopter } from './engine.ts'
import { bind, type Live } from './live.ts'
import { newlyShown, secure } from './secure.ts'
import { stickySecret } from './sticky-secret.ts'

export type Adoption =
  | { readonly ok: true; readonly generation: number; readonly plan: Plan }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] }

/** Everything that a swap needs, ready; nothing of it is visible yet. */
export interface Acquired {
  readonly ok: true
  readonly live: Live
  readonly plan: Plan
  readonly identities: ReadonlySet<string>
  readonly names: ReadonlySet<string>
  readonly newlyShown: readonly Shown[]
  readonly opened: readonly Door[]
  readonly closing: readonly Door[]
}

function enabledListeners(snapshot: Snapshot): Map<string, Listener> {
  const listeners = [...snapshot.listeners.values()].filter(listener => listener.enabled)
  return new Map(listeners.map(listener => [formatAddress(listener.address), listener]))
}

/** Binds new addresses and resolves State. On failure everything acquired is released and nothing has changed. */
export async function acquire(
  engine: Adopter,
  next: Snapshot,
): Promise<Acquired | (Adoption & { readonly ok: false })> {
  const wanted = enabledListeners(next)
  const sticky = await stickySecret(next, engine.parts)
  const bindings = await inSlices(bind(next, engine.parts.keep, engine, sticky), engine.parts.clock, nextTurn)
  const secured = await secure(next, engine.parts)
  if (!secured.ok) return secured
  const plan = await inSlices(planSteps(engine.live?.snapshot, next), engine.parts.clock, nextTurn)
  const closing = [...engine.doors].filter(([word]) => !wanted.has(word)).map(([, door]) => door)
  const doors = await openDoors(engine, wanted, closing)
  if (!doors.ok) return doors
  const listeners = new Map<Door, Listener>()
  for (const [word, listener] of wanted) {
    const door = engine.doors.get(word) ?? doors.opened.find(opened => opened.word === word)
    if (door !== undefined) listeners.set(door, listener)
  }
  const generation = (engine.live?.generation ?? 0) + 1
  const live: Live = {
    snapshot: next,
    generation,
    listeners,
    terms: secured.terms,
    shown: secured.shown,
    pools: bindings.pools,
    connections: bindings.connections,
    through: bindings.through,
    tokens: bindings.tokens,
    health: bindings.health,
    names: engine.wire.names,
  }
  return {
    ok: true,
    live,
    plan,
    identities: new Set([...bindings.identities, ...secured.identities]),
    names: bindings.names,
    newlyShown: newlyShown(engine.live?.shown, secured.shown),
    opened: doors.opened,
    closing,
  }
}

type Opening =
  | { readonly ok: true; readonly opened: readonly Door[] }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] }

/** Binds what isn't bound. All failures are told, and undone, together. */
async function openDoors(
  engine: Adopter,
  wanted: ReadonlyMap<string, Listener>,
  closing: readonly Door[],
): Promise<Opening> {
  const opened: Door[] = []
  const unbound: Door[] = []
  const diagnostics: Diagnostic[] = []
  for (const [word, listener] of wanted) {
    if (engine.doors.has(word)) continue
    const door = new Door(listener, engine)
    try {
      await bindOrMakeRoom(door, closing, unbound)
      opened.push(door)
    } catch (error) {
      diagnostics.push(cannotBind(listener, error))
    }
  }
  if (diagnostics.length === 0) return { ok: true, opened }
  for (const door of opened) door.destroy()
  for (const door of unbound) await door.bind()
  return { ok: false, diagnostics }
}

/**
 * A wildcard and a specific address can't be bound at once: when a door that is going away anyway has the port,
 * it gives it up first, in the same turn of the event loop. Linux keeps no queue for another socket: who comes in that turn is reset,
 * who came before is served.
 */
async function bindOrMakeRoom(door: Door, closing: readonly Door[], unbound: Door[]): Promise<void> {
  try {
    await door.bind()
  } catch (error) {
    const { address } = door
    const rivals = closing.filter(other => isRival(other, door) && !unbound.includes(other))
    if (address.kind !== 'tcp' || rivals.length === 0) throw error
    for (const rival of rivals) {
      await rival.emptied()
      rival.unbind()
      unbound.push(rival)
    }
    await door.bind()
  }
}

function isRival(other: Door, door: Door): boolean {
  return (
    other.address.kind === 'tcp' && door.address.kind === 'tcp' && other.address.port === door.address.port
  )
}

const BIND_HELP: Readonly<Record<string, string>> = {
  EADDRINUSE: 'another process listens there; stop it, or choose another port',
  EACCES: 'ports below 1024 need CAP_NET_BIND_SERVICE or root; choose a port above 1023, or grant it',
  EADDRNOTAVAIL: 'no interface of this machine has this address',
}

function cannotBind(listener: Listener, error: unknown): Diagnostic {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const help = BIND_HELP[code]
  return {
    code: 'listener/cannot-bind',
    severity: 'error',
    message: `listener "${listener.id}" can't listen on ${formatAddress(listener.address)}: ${code === '' ? String(error) : code}`,
    at: `${listener.at}/${listener.address.kind === 'tcp' ? 'port' : 'bind'}`,
    on: 'value',
    ...(help === undefined ? {} : { help }),
  }
}

/** After the swap: lets in who waits, closes what went, and forgets what is no longer named once its exchanges are over. */
export async function release(
  engine: Adopter,
  acquired: Acquired,
): Promise<Adoption & { readonly ok: true }> {
  const { live, closing, opened, identities } = acquired
  const { log } = engine.parts
  engine.follow(live)
  for (const { certificate, notAfter } of acquired.newlyShown) {
    const expires = new Date(notAfter * 1000).toISOString()
    log.info('certificate/loaded', { certificate: certificate.id, hosts: certificate.hosts, expires })
  }
  for (const door of opened) {
    engine.doors.set(door.word, door)
    door.open()
    log.info('listener/opened', { listener: door.listenerId, address: door.word })
  }
  for (const door of closing) {
    engine.doors.delete(door.word)
    await door.emptied()
    door.close()
    log.info('listener/draining', {
      listener: door.listenerId,
      address: door.word,
      connections: door.connections,
    })
    void door
      .deserted()
      .then(() => log.info('listener/closed', { listener: door.listenerId, address: door.word }))
  }
  const drainTimeout = live.snapshot.drainTimeout
  engine.parts.clock.after(drainTimeout, () => {
    for (const door of closing) door.destroy()
    cutWhatWent(engine, drainTimeout)
  })
  // Idle connections and counters of what the file no longer names go now; those in use are closed by their own exchange.
  engine.parts.keep.retain(identity => identities.has(identity))
  return { ok: true, generation: live.generation, plan: acquired.plan }
}

/** Cuts the exchanges whose route, target or listener the running config no longer has as it was. */
function cutWhatWent(engine: Adopter, drainTimeout: number): void {
  const snapshot = engine.live?.snapshot
  if (snapshot === undefined) return
  for (const exchange of engine.exchanges.list()) {
    const change = changedUnder(exchange, snapshot)
    if (change !== undefined)
      exchange.cut(`${change}; drain_timeout of ${formatDuration(drainTimeout)} is over`)
  }
}
