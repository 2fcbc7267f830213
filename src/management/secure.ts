// The handshakes of the management address: whose certificate is shown, and who may speak.
import type { Diagnostic } from '../base/diagnostic.ts'
import { hashBytes } from '../base/hash.ts'
import { step } from '../base/pointer.ts'
import type { Random } from '../base/random.ts'
import type { Management, ManagementTls } from '../snapshot/management.ts'
import type { Certificate } from '../tls/certificate.ts'
import { compileListenerTls } from '../tls/compile.ts'
import type { LocalAuthority } from '../tls/local-authority.ts'
import type { OwnParts } from '../tls/own-certificate.ts'
import type { Shown } from '../tls/shown.ts'
import { credentialsOptions, makeCredentials, type Terms } from '../tls/terms.ts'
import { Tickets } from '../tls/tickets.ts'
import { PATIENCE } from './deadline.ts'

export type Secured =
  /** `meaning` is of everything that the terms are made of. */
  | {
      readonly ok: true
      readonly terms: Terms | undefined
      readonly meaning: string
      readonly notAfter: number
    }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] }

/** The policy of every listener that says nothing of its own. */
const USUAL = {
  min_version: '1.2',
  ciphers: '',
  client_ca_file: 'client-ca',
  certificates: [],
  default_certificate: '',
} as const

/** Nobody chooses among certificates here. */
const ID = 'management'

async function shownFor(
  { at, hash, hosts }: Management,
  { certificate }: ManagementTls,
  authority: LocalAuthority,
  parts: OwnParts,
): Promise<Shown> {
  if (certificate?.source.kind === 'files') {
    const { cert, key } = certificate.source
    return { certificate, cert, key, meaning: certificate.hash, notAfter: certificate.notAfter ?? 0 }
  }
  const { cert, key, notAfter } = await authority.at(hosts, parts)
  const local: Certificate = {
    id: ID,
    at: step(at, 'tls'),
    hash,
    hosts,
    names: hosts,
    source: { kind: 'files', cert: Buffer.from(cert), key: Buffer.from(key) },
    notBefore: undefined,
    notAfter,
  }
  return { certificate: local, cert, key, meaning: hashBytes(cert), notAfter }
}

function termsOf(shown: Shown, { clientCa }: ManagementTls, random: Random): Terms {
  const files = new Map(clientCa === undefined ? [] : [[USUAL.client_ca_file, clientCa]])
  const one = new Map([[ID, shown.certificate]])
  const tls = compileListenerTls(ID, USUAL, { files, now: 0 }, one)
  if (tls === undefined) throw new Error('there is no certificate for the management address')
  return {
    tls,
    fallback: credentialsOptions(shown, tls),
    credentials: new Map([[shown.certificate.id, makeCredentials(shown, tls)]]),
    tickets: new Tickets(random.id),
    protocols: ['http/1.1'],
    // Agents need one, operators have tokens.
    needsClient: false,
    timeout: PATIENCE.head,
  }
}

/** What the handshakes go by from now on; makes the certificate of `auto` where there is none yet. */
export async function secure(
  management: Management,
  authority: LocalAuthority,
  random: Random,
  parts: OwnParts,
): Promise<Secured> {
  const { tls, at } = management
  if (tls === undefined)
    return { ok: true, terms: undefined, meaning: '', notAfter: Number.POSITIVE_INFINITY }
  const shown = await shownFor(management, tls, authority, parts)
  const trust = tls.clientCa === undefined ? '' : hashBytes(tls.clientCa)
  try {
    const terms = termsOf(shown, tls, random)
    return { ok: true, terms, meaning: `${shown.meaning} ${trust}`, notAfter: shown.notAfter }
  } catch (error) {
    const why = error instanceof Error && 'reason' in error ? String(error.reason) : String(error)
    const message = `the certificate of the management address can't be used: ${why}`
    return {
      ok: false,
      diagnostics: [
        { code: 'certificate/refused', severity: 'error', message, at: step(at, 'tls'), on: 'key' },
      ],
    }
  }
}
