// Connection options: each place where they are written, by itself, with those behind it, and with the urls they are for.
import { type Pointer, pointer, step } from '../../base/pointer.ts'
import type { Findings } from '../findings.ts'
import type { Config, Peer, Target } from '../shape.gen.ts'
import { has, type Values } from '../values.ts'
import type { Draft, PlacedTarget, Rule } from './draft.ts'
import { named } from './named.ts'
import { checkTrust, checkWay } from './peer-conflicts.ts'
import { checkFit, checkOverlayFit, isHttps } from './peer-fit.ts'
import { defaultLayer, hasSecureProxy, type PeerLayer, targetLayers } from './peer-layers.ts'
import { checkPeerValues } from './peer-values.ts'

/** About the handshake with the origin alone. */
const ORIGIN_KEYS = [
  'sni',
  'verify_cert',
  'verify_hostname',
  'alternative_cn',
  'client_cert_key',
  'psk',
] as const
/** About the one with a proxy as well. */
const TLS_KEYS = ['ca', 'use_system_certs', 'tls_policy'] as const
/** About TCP alone. */
const TCP_KEYS = ['bind_to', 'tcp_keepalive'] as const

function checkUseless(own: PeerLayer, keys: readonly (keyof Peer)[], why: string, findings: Findings): void {
  for (const key of keys)
    if (own.peer[key] !== undefined && own.peer[key] !== null)
      findings.key('shape/useless-key', step(own.at, key), `"${key}" does nothing ${why}`)
}

function keysOfTls(layers: readonly PeerLayer[]): readonly (keyof Peer)[] {
  return hasSecureProxy(layers) ? ORIGIN_KEYS : [...ORIGIN_KEYS, ...TLS_KEYS]
}

function checkSkip(written: Values, target: Target, at: Pointer, findings: Findings): void {
  if (!has(written, 'tls_skip_verify')) return
  const place = step(at, 'tls_skip_verify')
  if (!isHttps(target))
    findings.key('shape/useless-key', place, '"tls_skip_verify" does nothing without https')
  else if (target.peer.verify_cert !== undefined && target.peer.verify_cert !== null)
    findings.key('shape/useless-key', place, '"verify_cert" says it already', {
      related: [{ at: step(step(at, 'peer'), 'verify_cert'), on: 'key', message: 'verify_cert is here' }],
    })
}

/** `tls_skip_verify` is one of the target's own options, by another name. */
function withSkip(layers: readonly PeerLayer[], target: Target): readonly PeerLayer[] {
  const [own, ...others] = layers
  if (!target.tls_skip_verify || own === undefined || own.peer.verify_cert !== undefined) return layers
  return [{ ...own, peer: { ...own.peer, verify_cert: false } }, ...others]
}

function checkTarget(placed: PlacedTarget, config: Config, findings: Findings): void {
  const { target, written, at } = placed
  if (target.url === undefined) return
  const layers = targetLayers(placed, config)
  const [own] = layers
  checkSkip(written, target, at, findings)
  if (own !== undefined && !isHttps(target)) checkUseless(own, keysOfTls(layers), 'without https', findings)
  if (own !== undefined && target.url.startsWith('unix:'))
    checkUseless(own, TCP_KEYS, 'on a unix socket', findings)
  checkFit(target, at, layers, findings)
  checkPeerValues(target.peer, step(at, 'peer'), findings)
  checkWay(layers, findings)
  if (isHttps(target)) checkTrust(withSkip(layers, target), findings)
}

/** Options of a pool, or of a route for its own traffic, that no target of the pool can use. */
function checkPool(layers: readonly PeerLayer[], targets: readonly Target[], findings: Findings): void {
  const [own] = layers
  if (own === undefined || Object.keys(own.peer).length === 0) return
  checkPeerValues(own.peer, own.at, findings)
  checkWay(layers, findings)
  if (targets.length > 0 && !targets.some(isHttps))
    checkUseless(own, keysOfTls(layers), 'in a pool without an https target', findings)
  else checkTrust(layers, findings)
}

function checkRoute({ config }: Draft, id: string, findings: Findings): void {
  const forward = config.routes[id]?.forward
  if (forward === undefined || Object.keys(forward.peer).length === 0) return
  const own = { peer: forward.peer, at: pointer('routes', id, 'forward', 'peer') }
  const fallback = defaultLayer(config)
  if (forward.upstream === undefined) {
    checkPool([own, fallback], forward.targets, findings)
    return
  }
  const pool = named(config.upstreams, forward.upstream)
  if (pool === undefined) return
  const ofPool = { peer: pool.peer, at: pointer('upstreams', forward.upstream, 'peer') }
  checkPool([own, ofPool, fallback], pool.targets, findings)
  for (const [index, target] of pool.targets.entries()) {
    if (target.url === undefined) continue
    const at = pointer('upstreams', forward.upstream, 'targets', index)
    const ofTarget = { peer: target.peer, at: step(at, 'peer') }
    checkOverlayFit(target, at, own, [ofTarget, ofPool, fallback], findings)
  }
}

/** Connection options say what can be had, and nothing that would be ignored. */
export const peerRule: Rule = (draft, findings) => {
  const { config, targets } = draft
  const fallback = defaultLayer(config)
  checkPeerValues(fallback.peer, fallback.at, findings)
  checkWay([fallback], findings)
  checkTrust([fallback], findings)
  for (const placed of targets) checkTarget(placed, config, findings)
  for (const [id, { peer, targets: own }] of Object.entries(config.upstreams))
    checkPool([{ peer, at: pointer('upstreams', id, 'peer') }, fallback], own, findings)
  for (const id of Object.keys(config.routes)) checkRoute(draft, id, findings)
}
