// Connection options whose parts don't fit each other, or what runs them.
import { Socket } from 'node:net'
import { parseDuration } from '../../base/duration.ts'
import { type Pointer, step } from '../../base/pointer.ts'
import type { Findings } from '../findings.ts'
import type { ConnectProxy, Peer, TcpKeepaliveMap, TlsPolicyMap } from '../shape.gen.ts'
import { checkRepeats } from './headers.ts'

/** Whether this Node can set more of keepalive than its first delay. */
export const SETS_PROBES: boolean = Socket.prototype.setKeepAlive.length >= 4

function checkPolicy(
  { min_version: min, max_version: max }: TlsPolicyMap,
  at: Pointer,
  findings: Findings,
): void {
  if (min > max)
    findings.value(
      'peer/conflict',
      step(at, 'max_version'),
      `the newest, TLS ${max}, is older than the oldest, ${min}`,
      {
        related: [{ at: step(at, 'min_version'), on: 'value', message: 'min_version is here' }],
      },
    )
}

function checkProxy({ credentials, headers }: ConnectProxy, at: Pointer, findings: Findings): void {
  checkRepeats(headers, step(at, 'headers'), findings)
  for (const name of Object.keys(headers)) {
    const place = step(step(at, 'headers'), name)
    if (name.toLowerCase() === 'host')
      findings.key('header/forbidden', place, 'the Host of a tunnel is the origin that it leads to')
    if (name.toLowerCase() === 'proxy-authorization' && credentials !== undefined)
      findings.key('peer/conflict', place, 'credentials write Proxy-Authorization too', {
        related: [{ at: step(at, 'credentials'), on: 'key', message: 'credentials are here' }],
      })
  }
}

/** `setsProbes`: as `SETS_PROBES`, of the Node that is to run it. */
export function checkKeepalive(
  written: TcpKeepaliveMap,
  at: Pointer,
  findings: Findings,
  setsProbes: boolean = SETS_PROBES,
): void {
  for (const key of ['idle', 'interval'] as const) {
    const text = written[key]
    if (text !== undefined && (parseDuration(text) ?? 0) % 1_000 !== 0)
      findings.value('shape/range', step(at, key), `"${key}" must be whole seconds, not ${text}`)
  }
  if (setsProbes) return
  for (const key of ['interval', 'count'] as const)
    if (written[key] !== undefined)
      findings.key('peer/keepalive', step(at, key), `this Node can't set "${key}" of keepalive`, {
        help: 'run Node 24.21 or newer, or leave it out: every second, and 10 times',
      })
}

/** Looks at the options of one place. */
export function checkPeerValues(peer: Peer, at: Pointer, findings: Findings): void {
  const { tls_policy: policy, proxy, tcp_keepalive: keepalive } = peer
  if (policy && typeof policy === 'object') checkPolicy(policy, step(at, 'tls_policy'), findings)
  if (proxy) checkProxy(proxy, step(at, 'proxy'), findings)
  if (keepalive && keepalive !== 'off') checkKeepalive(keepalive, step(at, 'tcp_keepalive'), findings)
}
