// Connection options that fit the url they are for.
import { type Pointer, pointer, step, steps } from '../../base/pointer.ts'
import type { Findings } from '../findings.ts'
import type { Config, Peer, Target } from '../shape.gen.ts'
import { has, type Values, valuesOf } from '../values.ts'
import type { PlacedTarget, Rule } from './draft.ts'

const TLS_KEYS = ['sni', 'verify_cert', 'verify_hostname', 'ca'] as const

/** One place where connection options are written; the nearest to the target first. */
interface Layer {
  readonly peer: Peer
  readonly at: Pointer
}

function isHttps({ url }: Target): boolean {
  return /^https:/i.test(url ?? '')
}

function poolLayer(config: Config, pool: Pointer): Layer | undefined {
  const [collection, id = ''] = steps(pool)
  const peer = collection === 'upstreams' ? config.upstreams[id]?.peer : config.routes[id]?.forward?.peer
  return peer && { peer, at: pool.replace(/targets$/, 'peer') }
}

function checkUseless(own: Values, at: Pointer, why: string, findings: Findings): void {
  for (const key of TLS_KEYS)
    if (has(own, key)) findings.key('shape/useless-key', step(at, key), `"${key}" does nothing ${why}`)
}

function checkVerify(written: Values, own: Values, at: Pointer, findings: Findings): void {
  if (!has(written, 'tls_skip_verify') || !has(own, 'verify_cert')) return
  findings.key('shape/useless-key', step(at, 'tls_skip_verify'), '"verify_cert" says it already', {
    related: [{ at: step(step(at, 'peer'), 'verify_cert'), on: 'key', message: 'verify_cert is here' }],
  })
}

/** What is wrong between a url and what is asked of its handshake; what may mean either is no contradiction where it is inherited. */
function alpnFlaw(target: Target, alpn: Peer['alpn'] | undefined, isOwn: boolean): string | undefined {
  if (isHttps(target)) return alpn === 'h2c' ? 'h2c is HTTP/2 in plain text, and the url is https' : undefined
  return alpn === 'h2' || (alpn === 'h2h1' && isOwn)
    ? `${alpn} is agreed on in a TLS handshake, and the url is not https`
    : undefined
}

/** The first layer that says something about ALPN decides. */
function checkAlpn(target: Target, at: Pointer, layers: readonly Layer[], findings: Findings): void {
  const layer = layers.find(({ peer }) => peer.alpn !== undefined)
  const isOwn = layer?.at === step(at, 'peer')
  const flaw = alpnFlaw(target, layer?.peer.alpn, isOwn)
  if (layer === undefined || flaw === undefined) return
  const written = { at: step(layer.at, 'alpn'), on: 'value' } as const
  const related = isOwn ? {} : { related: [{ ...written, message: 'alpn is written here' }] }
  findings.value('target/alpn', isOwn ? written.at : step(at, 'url'), flaw, related)
}

/** What a route asks for its own traffic fits every target of the pool it names. */
function checkOverlay(
  peer: Peer,
  at: Pointer,
  pool: string,
  targets: readonly Target[],
  findings: Findings,
): void {
  for (const [index, target] of targets.entries()) {
    const flaw = target.url === undefined ? undefined : alpnFlaw(target, peer.alpn, false)
    if (flaw === undefined) continue
    const url = pointer('upstreams', pool, 'targets', index, 'url')
    findings.value('target/alpn', step(at, 'alpn'), flaw, {
      related: [{ at: url, on: 'value', message: 'the url is here' }],
    })
  }
}

function checkTarget({ target, written, at, pool }: PlacedTarget, config: Config, findings: Findings): void {
  if (target.url === undefined) return
  const own = valuesOf(written['peer'])
  if (isHttps(target)) checkVerify(written, own, at, findings)
  else {
    checkUseless(own, step(at, 'peer'), 'without https', findings)
    if (has(written, 'tls_skip_verify'))
      findings.key(
        'shape/useless-key',
        step(at, 'tls_skip_verify'),
        '"tls_skip_verify" does nothing without https',
      )
  }
  const layers = [{ peer: target.peer, at: step(at, 'peer') }, poolLayer(config, pool)]
  const defaults = { peer: config.defaults.peer, at: pointer('defaults', 'peer') }
  checkAlpn(target, at, [...layers.filter(layer => layer !== undefined), defaults], findings)
}

/** Options of a pool, or of a route for its own traffic, that no target of the pool can use. */
function checkPool(
  peer: Peer,
  written: unknown,
  targets: readonly Target[],
  at: Pointer,
  findings: Findings,
): void {
  if (Object.keys(peer).length === 0 || targets.some(isHttps)) return
  checkUseless(valuesOf(written), at, 'in a pool without an https target', findings)
}

/** Options about TLS stand where TLS is spoken. */
export const peerRule: Rule = ({ config, written, targets }, findings) => {
  for (const placed of targets) checkTarget(placed, config, findings)
  for (const [id, { peer, targets: own }] of Object.entries(config.upstreams))
    checkPool(peer, written('upstreams', id)['peer'], own, pointer('upstreams', id, 'peer'), findings)
  for (const [id, { forward }] of Object.entries(config.routes)) {
    if (forward === undefined || Object.keys(forward.peer).length === 0) continue
    const at = pointer('routes', id, 'forward', 'peer')
    const named = forward.upstream === undefined ? undefined : config.upstreams[forward.upstream]
    const all = forward.upstream === undefined ? forward.targets : (named?.targets ?? [])
    const own = valuesOf(written('routes', id)['forward'])['peer']
    if (all.length > 0) checkPool(forward.peer, own, all, at, findings)
    if (named !== undefined) checkOverlay(forward.peer, at, forward.upstream ?? '', named.targets, findings)
  }
}
