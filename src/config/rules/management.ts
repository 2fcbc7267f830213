// The management door: reached from elsewhere only with a token, at an address of its own, by TLS that is complete.
import { isIP } from 'node:net'
import { isLoopback } from '../../base/loopback.ts'
import { type Pointer, pointer, step } from '../../base/pointer.ts'
import type { Findings } from '../findings.ts'
import type { Config, Management } from '../shape.gen.ts'
import type { Rule } from './draft.ts'
import { claimOf, collide } from './listener.ts'

const AT = pointer('management')
const TLS = step(AT, 'tls')

function checkReach({ bind, tokens, users, tls }: Management, findings: Findings): void {
  // What isn't an address is told with the shape.
  if (isLoopback(bind) || (bind !== '' && isIP(bind) === 0)) return
  const at = step(AT, 'bind')
  const isNobody = [tokens, users].every(some => Object.keys(some).length === 0)
  const isClaimed = ['tokens', 'users'].some(key => findings.isClaimed(step(AT, key)))
  if (isNobody && !isClaimed)
    findings.value(
      'management/no-token',
      at,
      'the management door can be reached from elsewhere, and nobody has a token or a password for it',
      {
        help: '`p2pstream tokens new` and `p2pstream users new` make one; or bind 127.0.0.1',
      },
    )
  if (tls.mode === 'off')
    findings.add({
      code: 'management/plain-text',
      severity: 'warning',
      message: 'tokens and passwords cross the network in plain text',
      at: step(TLS, 'mode'),
      on: 'value',
      help: 'leave mode out, or see to it that only a proxy with TLS reaches this address',
    })
}

function checkTls({ tls }: Management, findings: Findings): void {
  const files = ['cert_file', 'key_file'] as const
  const useless = (key: string, why: string): void =>
    findings.key('shape/useless-key', step(TLS, key), `"${key}" does nothing ${why}`)
  if (tls.mode === 'provided') {
    const missing = files.filter(key => tls[key] === '' && !findings.isClaimed(step(TLS, key)))
    if (missing.length > 0)
      findings.value(
        'management/no-certificate',
        step(TLS, 'mode'),
        `provided needs ${missing.join(' and ')}`,
      )
  } else {
    for (const key of files) if (tls[key] !== '') useless(key, `with mode: ${tls.mode}`)
  }
  if (tls.mode === 'off' && tls.client_ca_file !== '') useless('client_ca_file', 'without TLS')
}

function checkAddress(management: Management, listeners: Config['listeners'], findings: Findings): void {
  const own = claimOf('', management)
  for (const [id, listener] of Object.entries(listeners)) {
    if (!listener.enabled) continue
    const other = claimOf(id, listener)
    if (other.key !== own.key || !collide(other, own)) continue
    const at: Pointer = step(AT, 'port')
    findings.value('management/address-taken', at, `the listener "${id}" has this port`, {
      related: [{ at: other.at, on: 'value', message: 'taken here' }],
    })
    return
  }
}

/** Who can reach the management door, and how. */
export const managementRule: Rule = ({ config }, findings) => {
  const { management, listeners } = config
  if (management === undefined) return
  checkReach(management, findings)
  checkTls(management, findings)
  checkAddress(management, listeners, findings)
}
