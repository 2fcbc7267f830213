// Binding the address of the door: beside the one that it has, or in its place where the system allows only one of them.
import { formatAddress } from '../base/address.ts'
import type { Diagnostic } from '../base/diagnostic.ts'
import type { Management } from '../snapshot/management.ts'
import type { Gate } from './gate.ts'

const HELP: Readonly<Record<string, string>> = {
  EADDRINUSE:
    'another process listens there, or a listener that this very change removes; choose another management.port',
  EACCES: 'ports below 1024 need CAP_NET_BIND_SERVICE or root',
  EADDRNOTAVAIL: 'no interface of this machine has this address',
}

/** What the system said, at its place in the file. */
export function cannotBind({ at, address }: Management, error: unknown): Diagnostic {
  const code = error instanceof Error && 'code' in error ? String(error.code) : ''
  const help = HELP[code]
  return {
    code: 'management/cannot-bind',
    severity: 'error',
    message: `the management door can't listen on ${formatAddress(address)}: ${code === '' ? String(error) : code}`,
    at: `${at}/port`,
    on: 'value',
    ...(help === undefined ? {} : { help }),
  }
}

function arePortmates(gate: Gate, before: Gate): boolean {
  return (
    gate.address.kind === 'tcp' && before.address.kind === 'tcp' && gate.address.port === before.address.port
  )
}

/** Binds `gate`; one with the same port on another address gives it up first, and gets it back on failure. */
export async function bindGate(gate: Gate, before: Gate | undefined): Promise<void> {
  try {
    await gate.bind()
  } catch (error) {
    if (before === undefined || !arePortmates(gate, before)) throw error
    before.unbind()
    try {
      await gate.bind()
    } catch (again) {
      await before.bind()
      throw again
    }
  }
}

/** Undoes `bindGate`. */
export async function unbindGate(gate: Gate, before: Gate | undefined): Promise<void> {
  gate.destroy()
  if (before !== undefined && arePortmates(gate, before)) {
    before.unbind()
    await before.bind()
  }
}
