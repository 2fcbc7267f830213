// Which addresses a reload opens, closes and keeps. The address counts, not the listener's id: a socket doesn't know its id.
import { type Address, formatAddress } from '../base/address.ts'
import type { Listener, Snapshot } from './snapshot.ts'

export interface ListenerChange {
  /**
   * `rebound`: can't be bound beside an address that goes away (a wildcard and a specific address on one port), so the
   * old one is closed first, in the same turn. `closed` ones stand for themselves, those of a rebind too.
   */
  readonly kind: 'opened' | 'closed' | 'kept' | 'rebound'
  /** The listener's id: the new one's, or of a closed one its last. */
  readonly id: string
  readonly address: string
  readonly why: string
}

/** Enabled listeners of both sides, compared by address: kept and new ones in the new order, then closed ones. */
export function planListeners(old: Snapshot | undefined, next: Snapshot): readonly ListenerChange[] {
  const before = bound(old)
  const after = bound(next)
  const closed = [...before.values()].filter(listener => !after.has(formatAddress(listener.address)))
  const changes: ListenerChange[] = []
  for (const [address, listener] of after) {
    const kept = before.get(address)
    if (kept !== undefined) {
      changes.push({ kind: 'kept', id: listener.id, address, why: whyKept(kept, listener) })
      continue
    }
    const rivals = closed.filter(rival => areRivals(rival.address, listener.address)).map(({ id }) => id)
    const isRebound = rivals.length > 0
    changes.push({
      kind: isRebound ? 'rebound' : 'opened',
      id: listener.id,
      address,
      why: isRebound ? `in place of ${rivals.join(', ')}` : 'new address',
    })
  }
  for (const listener of closed) {
    changes.push({
      kind: 'closed',
      id: listener.id,
      address: formatAddress(listener.address),
      why: whyClosed(next, listener.id),
    })
  }
  return changes
}

function bound(snapshot: Snapshot | undefined): ReadonlyMap<string, Listener> {
  const enabled = [...(snapshot?.listeners.values() ?? [])].filter(listener => listener.enabled)
  return new Map(enabled.map(listener => [formatAddress(listener.address), listener]))
}

function whyKept(before: Listener, after: Listener): string {
  if (before.id !== after.id) return `was listener ${before.id}`
  return before.hash === after.hash ? 'unchanged' : 'settings changed in place'
}

function whyClosed(next: Snapshot, id: string): string {
  const now = next.listeners.get(id)
  if (now === undefined) return 'gone'
  return now.enabled ? `moved to ${formatAddress(now.address)}` : 'disabled'
}

const WILDCARDS: ReadonlySet<string> = new Set(['', '::', '0.0.0.0'])

/** Whether the system refuses to bind both: the same port, and one of them on every interface. */
function areRivals(a: Address, b: Address): boolean {
  if (a.kind !== 'tcp' || b.kind !== 'tcp' || a.port !== b.port) return false
  return WILDCARDS.has(a.host) || WILDCARDS.has(b.host)
}
