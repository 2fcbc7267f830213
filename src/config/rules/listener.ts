// Where listeners listen, and what they speak: ports and modes that fit the kind of address, and no address twice.
import { isIP } from 'node:net'
import { type Pointer, pointer } from '../../base/pointer.ts'
import type { Findings } from '../findings.ts'
import type { Listener } from '../shape.gen.ts'
import { has, type Values } from '../values.ts'
import type { Rule } from './draft.ts'

/** An address as it competes with others: `every` takes the port of all addresses of its families. */
export interface Claim {
  readonly at: Pointer
  readonly id: string
  readonly host: string
  readonly every: '' | '4' | '46'
}

/** What an address takes; `key` is what two claims must share to be rivals at all. */
export function claimOf(
  id: string,
  { bind, port }: Pick<Listener, 'bind' | 'port'>,
): Claim & { readonly key: string } {
  if (bind.startsWith('unix:')) {
    const host = bind.replaceAll(/\/{2,}/g, '/')
    return { at: pointer('listeners', id, 'bind'), id, host, every: '', key: 'unix' }
  }
  // One spelling for each IPv6 address, its zone (`fe80::1%eth0`) aside. `::` takes IPv4 too, as the empty address does.
  const [address = '', zone = ''] = bind.split('%')
  const host = isIP(bind) === 6 ? new URL(`http://[${address}]/`).hostname + zone : bind
  const every = host === '' || host === '[::]' ? '46' : host === '0.0.0.0' ? '4' : ''
  return { at: pointer('listeners', id, 'port'), id, host, every, key: `${port}` }
}

/** Whether the system refuses to bind both. */
export function collide(a: Claim, b: Claim): boolean {
  if (a.host === b.host) return true
  const [wide, other] = a.every >= b.every ? [a, b] : [b, a]
  return wide.every === '46' || (wide.every === '4' && (other.every !== '' || isIP(other.host) === 4))
}

function checkShape(id: string, listener: Listener, findings: Findings): void {
  const at = pointer('listeners', id)
  if (listener.bind.startsWith('unix:')) {
    if (listener.port !== undefined)
      findings.key('listener/port', pointer('listeners', id, 'port'), 'a unix socket has no port')
    return
  }
  if (listener.port === undefined && !findings.isClaimed(pointer('listeners', id, 'port')))
    findings.key('listener/port', at, `the listener "${id}" needs a port`)
  if (listener.mode !== undefined)
    findings.key('listener/mode', pointer('listeners', id, 'mode'), 'only a unix socket has a mode', {
      help: 'bind: unix:/path listens on one',
    })
}

function checkProtocol(id: string, { protocol }: Listener, written: Values, findings: Findings): void {
  const [key, help] =
    protocol === 'http'
      ? (['tls', 'write protocol: https'] as const)
      : (['redirect_to_https', 'it is for a listener with protocol: http'] as const)
  if (has(written, key))
    findings.key('shape/useless-key', pointer('listeners', id, key), `"${key}" does nothing on ${protocol}`, {
      help,
    })
}

function checkTrust(id: string, listener: Listener, others: readonly string[], findings: Findings): void {
  if (listener.proxy_protocol === 'off' || listener.trusted_proxies.length + others.length > 0) return
  const at = pointer('listeners', id, 'proxy_protocol')
  findings.key('shape/useless-key', at, 'no header is believed where no proxy is trusted', {
    help: 'name those who send it in trusted_proxies',
  })
}

/** Ports, modes and addresses of listeners. */
export const listenerRule: Rule = ({ config, written }, findings) => {
  const claims = new Map<string, Claim[]>()
  for (const [id, listener] of Object.entries(config.listeners)) {
    checkShape(id, listener, findings)
    checkProtocol(id, listener, written('listeners', id), findings)
    checkTrust(id, listener, config.server.trusted_proxies, findings)
    if (listener.protocol === 'https' && listener.enabled && Object.keys(config.certificates).length === 0)
      findings.key(
        'listener/no-certificate',
        pointer('listeners', id),
        `the listener "${id}" has no certificate`,
        {
          help: 'write one under certificates at the top',
        },
      )
    const isTcp = !listener.bind.startsWith('unix:')
    if (!listener.enabled || (isTcp && listener.port === undefined)) continue
    const { key, ...claim } = claimOf(id, listener)
    const others = claims.get(key) ?? []
    const first = others.find(other => collide(other, claim))
    if (first !== undefined) {
      const what = first.host === claim.host ? 'the address of' : 'an address that collides with'
      findings.value(
        'listener/address-taken',
        claim.at,
        `the listener "${id}" has ${what} the listener "${first.id}"`,
        {
          related: [{ at: first.at, on: 'value', message: 'taken here' }],
        },
      )
    }
    claims.set(key, [...others, claim])
  }
}
