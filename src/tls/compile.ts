// Compiles certificates and what a listener does with them. The files were read, and hold what they should.
import { SUITES_12, SUITES_13 } from '../base/cipher-suites.ts'
import { hashBytes, hashOf } from '../base/hash.ts'
import { bad, good, type Outcome } from '../base/outcome.ts'
import { readCertificates, readPrivateKey } from '../base/pem.ts'
import { type Pointer, pointer, step } from '../base/pointer.ts'
import type { Materials } from '../config/materials.ts'
import type { Certificate as WrittenCertificate, ListenerTls as WrittenTls } from '../config/shape.gen.ts'
import type { Certificate, Source } from './certificate.ts'
import type { ListenerTls } from './listener-tls.ts'
import { namesIn, plainName } from './names.ts'
import { selectionOf } from './select.ts'

/** What a self-signed certificate is for unless the file says. */
const LOCAL = ['localhost', '127.0.0.1', '::1'] as const

/** An RSA key below is refused by every browser (NIST SP 800-131A). */
const LEAST_RSA_BITS = 2048

/** Compiles one certificate; `hash` is of what is written and of its files. */
export function compileCertificate(
  id: string,
  written: WrittenCertificate,
  materials: Materials,
  hash: string,
  at: Pointer = pointer('certificates', id),
): Outcome<Certificate> {
  const hosts = written.hosts.map(plainName)
  const common = { id, at, hash, hosts, names: undefined, notBefore: undefined, notAfter: undefined }
  const { self_signed: ours, cert_file: certFile = '', key_file: keyFile = '' } = written
  if (ours !== undefined) {
    const names = hosts.length === 0 ? LOCAL : hosts
    return certificate({ ...common, hosts: names, names, source: { kind: 'self_signed', days: ours.days } })
  }
  const cert = materials.files.get(certFile)
  const leaf = cert === undefined ? undefined : readCertificates(cert)?.[0]
  if (cert === undefined || leaf === undefined) return certificate({ ...common, source: ABSENT })
  const bits = leaf.publicKey.asymmetricKeyDetails?.modulusLength ?? LEAST_RSA_BITS
  if (bits < LEAST_RSA_BITS)
    return refuse('certificate/weak', step(at, 'cert_file'), `the certificate's RSA key has ${bits} bits`)
  const key = materials.files.get(keyFile)
  const privateKey = key === undefined ? undefined : readPrivateKey(key)
  if (privateKey !== undefined && !leaf.checkPrivateKey(privateKey))
    return refuse('certificate/key', step(at, 'key_file'), 'the key is not the one of the certificate')
  const names = namesIn(leaf)
  return certificate({
    ...common,
    hosts: hosts.length === 0 ? names : hosts,
    names,
    source: key === undefined ? ABSENT : { kind: 'files', cert, key },
    notBefore: secondsOf(leaf.validFrom),
    notAfter: secondsOf(leaf.validTo),
  })
}

const ABSENT: Source = Object.freeze({ kind: 'absent' })

function certificate(value: Certificate): Outcome<Certificate> {
  return good(Object.freeze(value))
}

function refuse(
  code: 'certificate/weak' | 'certificate/key',
  at: Pointer,
  message: string,
): Outcome<Certificate> {
  return bad([{ code, severity: 'error', message, at, on: 'value' }])
}

function secondsOf(date: string): number {
  return Math.floor(Date.parse(date) / 1000)
}

/** Compiles the TLS of a listener, given every certificate by id; undefined when there is none to show. */
export function compileListenerTls(
  id: string,
  written: WrittenTls,
  materials: Materials,
  all: ReadonlyMap<string, Certificate>,
): ListenerTls | undefined {
  const named = written.certificates.map(name => all.get(name)).filter(one => one !== undefined)
  const certificates = named.length > 0 ? named : [...all.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
  const fallback = all.get(written.default_certificate) ?? certificates[0]
  if (fallback === undefined) return undefined
  const minVersion = `TLSv${written.min_version}` as const
  const ciphers = suitesOf(written.ciphers)
  const clientCa = materials.files.get(written.client_ca_file)
  const trust = hashOf([id, clientCa === undefined ? '' : hashBytes(clientCa)])
  return Object.freeze({
    minVersion,
    ciphers,
    clientCa,
    certificates: Object.freeze(certificates),
    selection: selectionOf(certificates, fallback),
    trust,
    policy: hashOf([minVersion, ciphers, trust]),
  })
}

/** Node takes a list without suites of TLS 1.3 for a wish not to speak it; for OpenSSL, and here, these are two lists. */
function suitesOf(written: string): string {
  const names = written === '' ? SUITES_12 : written.split(':')
  const hasNew = names.some(name => name.startsWith('TLS_'))
  return [...(hasNew ? [] : SUITES_13), ...names].join(':')
}
