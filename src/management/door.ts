// The operator's door: which addresses it has, from one configuration to the next (design surfaces, "Management door").
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import { type Address, formatAddress } from '../base/address.ts'
import type { Clock } from '../base/clock.ts'
import type { Diagnostic } from '../base/diagnostic.ts'
import type { Log } from '../observe/log.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import { controlSocket } from './control-socket.ts'
import { type Gate, openGate } from './gate.ts'
import type { Asked, Said } from './message.ts'

/** Addresses that are bound for a configuration which isn't live yet. */
export type Prepared =
  | { readonly ok: true; commit(): void; abandon(): void }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] }

export interface ManagementDoor {
  /** Binds what `next` asks for and isn't bound yet; on failure nothing has changed. */
  prepare(next: Snapshot): Promise<Prepared>
  /** Stops accepting; what is asked already is answered. */
  close(): void
}

export interface DoorParts {
  readonly clock: Clock
  readonly log: Log
  /** Where what outlives the process is kept unless the file says. */
  readonly stateDir: string
  /** The main file, or `stdin`. */
  readonly file: string
  readonly answer: (asked: Asked) => Promise<Said>
}

/** What the system says, in words. */
function whyNot(error: unknown, path: string): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
  if (code === 'EADDRINUSE')
    return 'another server runs the same file with the same state folder; commands reach that one'
  return code === 'EINVAL' || Buffer.byteLength(path) > LONGEST_SOCKET
    ? 'the path of a unix socket has at most 107 bytes; choose a shorter state.dir'
    : code
}

const LONGEST_SOCKET = 107

/** Nothing is bound before the first `prepare`. */
export function openDoor({ clock, log, stateDir, file, answer }: DoorParts): ManagementDoor {
  let control: Gate | undefined
  /** Every reload would tell it again. */
  let lastTrouble = ''
  const parts = { clock, answer, broken: (error: unknown) => log.error('internal/error', { error }) }

  async function openControl(next: Snapshot): Promise<Gate | undefined> {
    const path = controlSocket(next.stateDir === '' ? stateDir : next.stateDir, file)
    if (control?.address.kind === 'unix' && control.address.path === path) return control
    const address: Address = { kind: 'unix', path, mode: 0o600 }
    try {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 })
      return await openGate(address, parts)
    } catch (error) {
      // Traffic doesn't need it, and a server without a place to write must serve, too.
      const why = whyNot(error, path)
      if (why !== lastTrouble) log.warn('management/no-socket', { path, why })
      lastTrouble = why
      return undefined
    }
  }

  return {
    async prepare(next) {
      const nextControl = await openControl(next)
      return {
        ok: true,
        commit() {
          if (nextControl === control) return
          control?.close()
          control = nextControl
          if (control !== undefined)
            log.info('management/opened', { address: formatAddress(control.address) })
        },
        abandon() {
          if (nextControl !== control) nextControl?.destroy()
        },
      }
    },
    close() {
      control?.close()
    },
  }
}
