// What the https listeners of a snapshot stand on: certificates with their bytes, and the terms of their handshakes.
import type { SecureContext } from 'node:tls'
import { type Clock, nextTurn } from '../base/clock.ts'
import type { Diagnostic } from '../base/diagnostic.ts'
import { inSlices } from '../base/in-slices.ts'
import type { Random } from '../base/random.ts'
import type { Log } from '../observe/log.ts'
import type { Listener, Snapshot } from '../snapshot/snapshot.ts'
import type { Keep } from '../state/keep.ts'
import type { Certificate } from '../tls/certificate.ts'
import type { ListenerTls } from '../tls/listener-tls.ts'
import { ownIdentity, type Shown, show } from '../tls/shown.ts'
import {
  credentialsIdentity,
  credentialsOptions,
  makeCredentials,
  type Terms,
  termsIdentity,
  ticketsIdentity,
} from '../tls/terms.ts'
import { Tickets } from '../tls/tickets.ts'

export interface SecureParts {
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly keep: Keep
  /** Where what outlives the process is kept unless the file says. */
  readonly stateDir: string
}

export interface Secured {
  readonly ok: true
  /** By https listener, of those that are enabled. */
  readonly terms: ReadonlyMap<Listener, Terms>
  /** Every certificate that some visitor may be shown, by id. */
  readonly shown: ReadonlyMap<string, Shown>
  /** For `Keep.retain`. */
  readonly identities: ReadonlySet<string>
}

export interface Insecure {
  readonly ok: false
  readonly diagnostics: readonly Diagnostic[]
}

/** What a visitor may choose from, in the order that we prefer. */
const WITH_HTTP2: readonly string[] = ['h2', 'http/1.1', 'http/1.0']
const WITHOUT_HTTP2: readonly string[] = ['http/1.1', 'http/1.0']

/** Resolves the State of every enabled https listener; makes the self-signed certificates that nobody has yet. */
export async function secure(snapshot: Snapshot, parts: SecureParts): Promise<Secured | Insecure> {
  const listeners = [...snapshot.listeners.values()].filter(
    ({ enabled, tls }) => enabled && tls !== undefined,
  )
  const shown = new Map<string, Shown>()
  for (const { tls } of listeners) {
    for (const certificate of tls === undefined ? [] : usedBy(tls)) {
      if (!shown.has(certificate.id)) shown.set(certificate.id, await showOne(certificate, snapshot, parts))
    }
  }
  return inSlices(termsSteps(listeners, shown, parts), parts.clock, nextTurn)
}

function showOne(certificate: Certificate, { stateDir }: Snapshot, parts: SecureParts): Promise<Shown> {
  const folder = stateDir === '' ? parts.stateDir : stateDir
  return show(certificate, parts.keep, {
    folder,
    now: parts.clock.wall(),
    notKept: (name, error) => parts.log.warn('state/not-kept', { folder, name, error }),
  })
}

function usedBy({ certificates, selection }: ListenerTls): readonly Certificate[] {
  return certificates.includes(selection.fallback) ? certificates : [...certificates, selection.fallback]
}

/** One after the other: reading a key takes a millisecond, and there may be thousands. */
function* termsSteps(
  listeners: readonly Listener[],
  shown: ReadonlyMap<string, Shown>,
  { keep, random }: SecureParts,
): Generator<void, Secured | Insecure> {
  const terms = new Map<Listener, Terms>()
  const identities = new Set([...shown.values()].map(({ certificate }): string => ownIdentity(certificate)))
  const diagnostics: Diagnostic[] = []
  for (const listener of listeners) {
    const { tls } = listener
    const fallback = shown.get(tls?.selection.fallback.id ?? '')
    if (tls === undefined || fallback === undefined) continue
    const own = usedBy(tls).flatMap(({ id }) => shown.get(id) ?? [])
    const credentials = new Map<string, SecureContext>()
    for (const one of own) {
      const identity = credentialsIdentity(one, tls)
      identities.add(identity)
      try {
        credentials.set(
          one.certificate.id,
          keep.at(identity, () => makeCredentials(one, tls)),
        )
      } catch (error) {
        diagnostics.push(refused(one.certificate, error))
      }
      yield
    }
    const made = {
      tls,
      fallback: credentialsOptions(fallback, tls),
      credentials,
      tickets: keep.at(ticketsIdentity(tls), () => new Tickets(random.id)),
      protocols: listener.http2 ? WITH_HTTP2 : WITHOUT_HTTP2,
      needsClient: true,
      timeout: listener.limits.headerTimeout,
    }
    const identity = termsIdentity(listener.id, made, own)
    identities.add(ticketsIdentity(tls)).add(identity)
    terms.set(
      listener,
      keep.at(identity, () => made),
    )
  }
  return diagnostics.length > 0 ? { ok: false, diagnostics } : { ok: true, terms, shown, identities }
}

function refused({ id, at }: Certificate, error: unknown): Diagnostic {
  const why = error instanceof Error && 'reason' in error ? String(error.reason) : String(error)
  return {
    code: 'certificate/refused',
    severity: 'error',
    message: `the certificate "${id}" can't be used: ${why}`,
    at,
    on: 'key',
  }
}

/** Certificates that weren't shown before, or say something else now. */
export function newlyShown(before: Secured['shown'] | undefined, now: Secured['shown']): readonly Shown[] {
  return [...now.values()].filter(
    ({ certificate, meaning }) => before?.get(certificate.id)?.meaning !== meaning,
  )
}
