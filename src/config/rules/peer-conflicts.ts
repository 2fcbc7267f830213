// Connection options that exclude each other. What a layer writes may be overruled by a nearer one, never by itself or by one
// farther away: there it would be ignored without a word.
import { parseDuration } from '../../base/duration.ts'
import { type Pointer, step } from '../../base/pointer.ts'
import type { Findings } from '../findings.ts'
import type { Peer } from '../shape.gen.ts'
import { hasSecureProxy, holding, type PeerLayer } from './peer-layers.ts'

/** Whose certificate is believed, and what is shown. */
const CERTIFICATE_KEYS = [
  'ca',
  'use_system_certs',
  'client_cert_key',
  'alternative_cn',
  'verify_cert',
  'verify_hostname',
] as const

/** `total_connection_timeout` where nothing is written. */
const BUILT_IN_TOTAL = '10s'

type Losing = readonly [loser: keyof Peer, winner: keyof Peer, why: string]

function losing(layers: readonly PeerLayer[]): readonly Losing[] {
  const isUnverified = holding(layers, 'verify_cert')?.value === false
  const wantsName = holding(layers, 'verify_hostname')?.value
  const lost: Losing[] = []
  if (holding(layers, 'ca') !== undefined)
    lost.push(['use_system_certs', 'ca', 'does nothing beside "ca", which replaces every other trust'])
  if (isUnverified) {
    const why = 'does nothing beside "verify_cert: false"'
    if (!hasSecureProxy(layers))
      lost.push(['ca', 'verify_cert', why], ['use_system_certs', 'verify_cert', why])
    if (wantsName === true) lost.push(['verify_hostname', 'verify_cert', why])
    lost.push(['alternative_cn', 'verify_cert', why])
  } else if (wantsName === false)
    lost.push(['alternative_cn', 'verify_hostname', 'does nothing beside "verify_hostname: false"'])
  return lost
}

function here(layers: readonly PeerLayer[], key: keyof Peer): Pointer {
  return holding(layers, key)?.at ?? ''
}

/** What the first layer writes about TLS and its own other keys, or those of layers behind it, leave without a meaning. */
export function checkTrust(layers: readonly PeerLayer[], findings: Findings): void {
  const [own] = layers
  if (own === undefined) return
  const isOwn = (key: keyof Peer): boolean => own.peer[key] !== undefined && own.peer[key] !== null
  const psk = holding(layers, 'psk')
  const beside = (key: keyof Peer) =>
    ({ related: [{ at: here(layers, key), on: 'key', message: `${key} is here` }] }) as const
  for (const [loser, winner, why] of psk === undefined ? losing(layers) : [])
    if (isOwn(loser))
      findings.key('shape/useless-key', step(own.at, loser), `"${loser}" ${why}`, beside(winner))
  if (psk !== undefined) {
    const why = 'contradicts "psk": a shared key stands in place of certificates'
    for (const key of CERTIFICATE_KEYS)
      if (isOwn(key)) findings.key('peer/conflict', step(own.at, key), `"${key}" ${why}`, beside('psk'))
    checkPskSuites(layers, own, findings)
  }
}

/** The same about the way before TLS. */
export function checkWay(layers: readonly PeerLayer[], findings: Findings): void {
  const [own] = layers
  if (own === undefined) return
  const proxy = holding(layers, 'proxy')
  if (proxy?.value.uri.startsWith('unix:'))
    for (const key of ['bind_to', 'tcp_keepalive'] as const)
      if (own.peer[key] !== undefined && own.peer[key] !== null)
        findings.key('shape/useless-key', step(own.at, key), `"${key}" does nothing where a unix socket is`, {
          related: [{ at: proxy.at, on: 'key', message: 'the proxy is here' }],
        })
  checkTimeouts(layers, own, findings)
}

function checkPskSuites(layers: readonly PeerLayer[], own: PeerLayer, findings: Findings): void {
  const policy = own.peer.tls_policy
  if (policy === null || typeof policy !== 'object' || policy.ciphers === '') return
  const related = [{ at: here(layers, 'psk'), on: 'key', message: 'psk is here' }] as const
  const at = step(step(own.at, 'tls_policy'), 'ciphers')
  findings.key('peer/conflict', at, '"ciphers" contradicts "psk", which has suites of its own', { related })
}

/** A time for a part that is longer than the one for everything. Who writes only the whole means the built-in part no less. */
function checkTimeouts(layers: readonly PeerLayer[], own: PeerLayer, findings: Findings): void {
  const part = holding(layers, 'connection_timeout')
  const whole = holding(layers, 'total_connection_timeout')
  if (part === undefined || (part.layer !== own && whole?.layer !== own)) return
  const wholeText = whole?.value ?? BUILT_IN_TOTAL
  const most = parseDuration(wholeText) ?? 0
  if (most === 0 || (parseDuration(part.value) ?? 0) <= most) return
  const message = `connection_timeout never runs out: everything together has ${wholeText}`
  const other = whole && { at: whole.at, on: 'value' as const, message: 'total_connection_timeout is here' }
  findings.add({
    code: 'peer/timeouts',
    severity: 'warning',
    message,
    at: part.at,
    on: 'value',
    ...(other && { related: [other] }),
  })
}
