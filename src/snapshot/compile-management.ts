// Compiles the management door. The config was checked: files are there, hashes have their form.
import { passwordHash as checkedPasswordHash, duration } from '../base/checked.ts'
import { addressSet } from '../base/cidr.ts'
import { hashBytes, hashOf } from '../base/hash.ts'
import { isLoopback } from '../base/loopback.ts'
import { good, type Outcome } from '../base/outcome.ts'
import { pointer, step } from '../base/pointer.ts'
import type { Materials } from '../config/materials.ts'
import type { Config, Management as Written } from '../config/shape.gen.ts'
import { normaliseHost } from '../http/host.ts'
import type { Certificate } from '../tls/certificate.ts'
import { compileCertificate } from '../tls/compile.ts'
import { plainName } from '../tls/names.ts'
import { certificateWarnings } from '../tls/warnings.ts'
import type { Management, Token, User } from './management.ts'

const EVERYWHERE: ReadonlySet<string> = new Set(['', '0.0.0.0', '::'])

/** Names under which this machine always knows itself. */
const OWN_NAMES = ['localhost', '127.0.0.1', '::1'] as const

function hostsOf({ bind, public_url: url, tls }: Written): readonly string[] {
  const bound = EVERYWHERE.has(bind) ? [] : [bind]
  const reached = url === '' ? [] : [normaliseHost(url.replace(/^https?:\/\//, ''))]
  return [...new Set([...OWN_NAMES, ...bound, ...reached, ...tls.extra_hosts].map(plainName))]
}

function tokenOf([id, { hash, scopes }]: readonly [string, Written['tokens'][string]]): Token {
  return Object.freeze({
    id,
    hash,
    scopes: new Set(scopes),
  })
}

function userOf([id, { password_hash: notation }]: readonly [string, Written['users'][string]]): User {
  return Object.freeze({ id, hash: checkedPasswordHash(notation), notation })
}

function compileProvided({ tls }: Written, materials: Materials): Outcome<Certificate | undefined> {
  if (tls.mode !== 'provided') return good(undefined)
  const { cert_file, key_file } = tls
  const hash = hashOf([cert_file, key_file].map(name => hashBytes(materials.files.get(name) ?? '')))
  const at = step(pointer('management'), 'tls')
  return compileCertificate('management', { hosts: [], cert_file, key_file }, materials, hash, at)
}

/** The door that the file asks for, or what is wrong with its certificate. */
export function compileManagement(
  { management: written, server }: Config,
  materials: Materials,
): Outcome<Management | undefined> {
  if (written === undefined) return good(undefined)
  const { bind, port, tls, tunnel, metrics, tokens, users } = written
  const certificate = compileProvided(written, materials)
  if (!certificate.ok) return certificate
  const clientCa = materials.files.get(tls.client_ca_file)
  const doubts = certificate.value === undefined ? [] : certificateWarnings(certificate.value, materials.now)
  return good(
    Object.freeze({
      at: pointer('management'),
      hash: hashOf([
        written,
        server.trusted_proxies,
        certificate.value?.hash,
        clientCa && hashBytes(clientCa),
      ]),
      address: Object.freeze({ kind: 'tcp', host: bind, port }),
      isLocal: isLoopback(bind),
      tls: tls.mode === 'off' ? undefined : Object.freeze({ certificate: certificate.value, clientCa }),
      hosts: Object.freeze(hostsOf(written)),
      trustedProxies: Object.freeze(addressSet(server.trusted_proxies)),
      tunnel: Object.freeze({
        pingInterval: duration(tunnel.ping_interval),
        pingTimeout: duration(tunnel.ping_timeout),
      }),
      metrics,
      tokens: Object.freeze(Object.entries(tokens).map(tokenOf)),
      users: Object.freeze(Object.entries(users).map(userOf)),
    }),
    doubts,
  )
}
