// Connection options that the url they are for can't have, wherever they are written.
import { isIP } from 'node:net'
import type { DiagnosticCode } from '../../base/diagnostic-codes.ts'
import { type Pointer, step } from '../../base/pointer.ts'
import type { Findings } from '../findings.ts'
import type { Peer, Target } from '../shape.gen.ts'
import { holding, type PeerLayer } from './peer-layers.ts'

interface Misfit {
  readonly code: DiagnosticCode
  readonly key: keyof Peer
  readonly why: string
}

/** Whether a target is one over TLS. */
export function isHttps({ url }: Target): boolean {
  return /^https:/i.test(url ?? '')
}

/** What may mean either is no contradiction where it is inherited. */
function alpnMisfit(target: Target, layers: readonly PeerLayer[]): Misfit | undefined {
  const alpn = holding(layers, 'alpn')
  const isOwn = alpn?.layer === layers[0]
  const misfit = (why: string): Misfit => ({ code: 'target/alpn', key: 'alpn', why })
  if (isHttps(target))
    return alpn?.value === 'h2c' ? misfit('h2c is HTTP/2 in plain text, and the url is https') : undefined
  return alpn?.value === 'h2' || (alpn?.value === 'h2h1' && isOwn)
    ? misfit(`${alpn.value} is agreed on in a TLS handshake, and the url is not https`)
    : undefined
}

function proxyMisfit({ url = '' }: Target, layers: readonly PeerLayer[]): Misfit | undefined {
  if (!url.startsWith('unix:') || holding(layers, 'proxy') === undefined) return undefined
  return { code: 'peer/proxy', key: 'proxy', why: 'a proxy makes no tunnel to a unix socket' }
}

/** An address that is connected to, of the origin or of the proxy; undefined for a name or a unix socket. */
function addressIn(url: string): string | undefined {
  const host = /^(?:https?:\/\/)?(?:\[([^\]]*)\]|([^:/]*))/i.exec(url)
  const address = host?.[1] ?? host?.[2] ?? ''
  return isIP(address) === 0 ? undefined : address
}

function bindMisfit({ url = '' }: Target, layers: readonly PeerLayer[]): Misfit | undefined {
  const local = holding(layers, 'bind_to')?.value ?? []
  if (local.length === 0) return undefined
  const address = addressIn(holding(layers, 'proxy')?.value.uri ?? url)
  if (address === undefined || local.some(one => isIP(one) === isIP(address))) return undefined
  return {
    code: 'peer/bind-to',
    key: 'bind_to',
    why: `no address of the family of ${address}, which is IPv${isIP(address)}`,
  }
}

const MISFITS = [alpnMisfit, proxyMisfit, bindMisfit] as const

/** Tells what a target can't have: at the option where it is the nearest layer's own, else at the url. */
export function checkFit(
  target: Target,
  at: Pointer,
  layers: readonly PeerLayer[],
  findings: Findings,
): void {
  for (const misfit of MISFITS) {
    const found = misfit(target, layers)
    const writing = found && holding(layers, found.key)
    if (found === undefined || writing === undefined) continue
    const isOwn = writing.layer === layers[0]
    const related = [{ at: writing.at, on: 'value', message: `${found.key} is written here` }] as const
    findings.value(found.code, isOwn ? writing.at : step(at, 'url'), found.why, isOwn ? {} : { related })
  }
}

/** Tells what a route asks for its own traffic and a target of the pool that it names can't have. */
export function checkOverlayFit(
  target: Target,
  at: Pointer,
  overlay: PeerLayer,
  layers: readonly PeerLayer[],
  findings: Findings,
): void {
  for (const misfit of MISFITS) {
    // What a route says is for all targets, so `h2h1` is no contradiction.
    const found = misfit(target, [{ peer: {}, at: '' }, overlay, ...layers])
    const writing = found && holding([overlay, ...layers], found.key)
    if (found === undefined || writing?.layer !== overlay) continue
    const related = [{ at: step(at, 'url'), on: 'value', message: 'the url is here' }] as const
    findings.value(found.code, writing.at, found.why, { related })
  }
}
