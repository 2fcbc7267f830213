// The operator's door: which addresses it has, from one configuration to the next (design surfaces, "Management door").
import { formatAddress } from '../base/address.ts'
import type { Clock, Timer } from '../base/clock.ts'
import type { Diagnostic } from '../base/diagnostic.ts'
import type { Random } from '../base/random.ts'
import type { Log } from '../observe/log.ts'
import type { Management } from '../snapshot/management.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import { LocalAuthority } from '../tls/local-authority.ts'
import { bindGate, cannotBind, unbindGate } from './bind.ts'
import { openControl } from './control.ts'
import { controlSocket } from './control-socket.ts'
import { type Gate, type GateParts, type House, makeGate } from './gate.ts'
import { secure } from './secure.ts'

/** Addresses that are bound for a configuration which isn't live yet. */
export type Prepared =
  | { readonly ok: true; commit(): void; abandon(): Promise<void> }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] }

export interface ManagementDoor {
  /** Binds what `next` asks for and isn't bound yet; on failure nothing has changed. */
  prepare(next: Snapshot): Promise<Prepared>
  /** Stops accepting; what is asked already is answered. */
  close(): void
}

export interface DoorParts {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** Where what outlives the process is kept unless the file says. */
  readonly stateDir: string
  /** The main file, or `stdin`. */
  readonly file: string
  readonly answer: GateParts['answer']
  readonly tunnel: GateParts['tunnel']
}

/** How often a certificate of our own is looked at: it is made anew long before its end. */
const LOOK_AGAIN = 86_400_000

/** Nothing is bound before the first `prepare`. */
export function openDoor(needs: DoorParts): ManagementDoor {
  const { clock, random, log, stateDir, file } = needs
  const parts: GateParts = { ...needs, broken: error => log.error('internal/error', { error }) }
  let control: Gate | undefined
  /** Every reload would tell it again. */
  let controlTrouble = ''
  let gate: Gate | undefined
  let authority = new LocalAuthority()
  let authorityFolder = ''
  /** Of the terms that hold: the same meaning is the same handshakes, and tickets stay good. */
  let meaning = ''
  let house: House = { management: undefined, terms: undefined }
  let timer: Timer | undefined

  async function controlFor(folder: string): Promise<Gate | undefined> {
    const path = controlSocket(folder, file)
    if (control?.address.kind === 'unix' && control.address.path === path) return control
    const opened = await openControl(path, parts, log, controlTrouble)
    controlTrouble = opened.trouble
    return opened.gate
  }

  function secured(management: Management, folder: string): ReturnType<typeof secure> {
    if (authorityFolder !== folder) authority = new LocalAuthority()
    authorityFolder = folder
    return secure(management, authority, random, {
      folder,
      now: clock.wall(),
      notKept: (name, error) => log.warn('state/not-kept', { folder, name, error }),
    })
  }

  function move(to: Gate | undefined, from: Gate | undefined): Gate | undefined {
    if (to === from) return to
    from?.close()
    if (to !== undefined) log.info('management/opened', { address: formatAddress(to.address) })
    return to
  }

  /** A process may run for longer than its certificate lasts. */
  function watchCertificate(management: Management, folder: string): void {
    timer?.cancel()
    if (management.tls === undefined || management.tls.certificate !== undefined) return
    timer = clock.after(LOOK_AGAIN, () => {
      void secured(management, folder).then(again => {
        if (house.management !== management || !again.ok) return
        if (again.meaning !== meaning) house = { management, terms: again.terms }
        meaning = again.meaning
        gate?.furnish(house)
        watchCertificate(management, folder)
      })
    })
  }

  async function prepare(next: Snapshot): Promise<Prepared> {
    const folder = next.stateDir === '' ? stateDir : next.stateDir
    const { management } = next
    const security = management && (await secured(management, folder))
    if (security?.ok === false) return security
    const isSameTerms = security !== undefined && security.meaning === meaning
    const nextHouse: House = {
      management,
      terms: isSameTerms ? house.terms : security?.terms,
    }
    const word = management && formatAddress(management.address)
    const isHere = gate !== undefined && word === formatAddress(gate.address)
    const before = gate
    const nextGate = management && (isHere ? gate : makeGate(management.address, nextHouse, parts))
    if (management !== undefined && nextGate !== undefined && nextGate !== before) {
      try {
        await bindGate(nextGate, before)
      } catch (error) {
        return { ok: false, diagnostics: [cannotBind(management, error)] }
      }
    }
    const nextControl = await controlFor(folder)
    return {
      ok: true,
      commit() {
        control = move(nextControl, control)
        gate = move(nextGate, gate)
        house = nextHouse
        meaning = security?.meaning ?? ''
        gate?.furnish(house)
        if (management !== undefined) watchCertificate(management, folder)
      },
      async abandon() {
        if (nextControl !== control) nextControl?.destroy()
        if (nextGate !== undefined && nextGate !== before) await unbindGate(nextGate, before)
      },
    }
  }

  return {
    prepare,
    close() {
      timer?.cancel()
      control?.close()
      gate?.close()
    },
  }
}
