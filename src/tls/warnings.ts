// What is doubtful about certificates that can be used: their time, and their names.
import type { Diagnostic } from '../base/diagnostic.ts'
import { type Pointer, step } from '../base/pointer.ts'
import type { Certificate } from './certificate.ts'
import type { ListenerTls } from './listener-tls.ts'
import { covers, wildcardOf } from './names.ts'

const DAY = 86_400
/** Time enough to act, less than automatic renewals leave. */
const SOON = 14 * DAY

function warning(code: Diagnostic['code'], at: Pointer, message: string): Diagnostic {
  return { code, severity: 'warning', message, at, on: 'value' }
}

function isoDay(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 10)
}

function ofTime(
  { at, notBefore = 0, notAfter = Number.POSITIVE_INFINITY }: Certificate,
  now: number,
): readonly Diagnostic[] {
  const place = step(at, 'cert_file')
  if (now >= notAfter)
    return [warning('certificate/not-valid', place, `the certificate expired on ${isoDay(notAfter)}`)]
  if (now < notBefore)
    return [
      warning('certificate/not-valid', place, `the certificate is not valid before ${isoDay(notBefore)}`),
    ]
  if (now < notAfter - SOON) return []
  const days = Math.floor((notAfter - now) / DAY)
  const left =
    days === 0 ? 'today or tomorrow' : `in ${days} day${days === 1 ? '' : 's'}, on ${isoDay(notAfter)}`
  return [warning('certificate/expires-soon', place, `the certificate expires ${left}`)]
}

function ofHosts({ at, hosts, names }: Certificate): readonly Diagnostic[] {
  if (names === undefined) return []
  return hosts.flatMap((host, index) =>
    covers(names, host)
      ? []
      : [
          warning(
            'certificate/other-host',
            step(step(at, 'hosts'), index),
            `the certificate is not for ${host}, but for ${told(names)}`,
          ),
        ],
  )
}

const MOST_TOLD = 3

function told(names: readonly string[]): string {
  const rest = names.length - MOST_TOLD
  return names.slice(0, MOST_TOLD).join(', ') + (rest > 0 ? ` and ${rest} more` : '') || 'nobody'
}

/** What is doubtful about one certificate at a time, in milliseconds since 1970. */
export function certificateWarnings(certificate: Certificate, now: number): readonly Diagnostic[] {
  return [...ofTime(certificate, now / 1000), ...ofHosts(certificate)]
}

/** Finds hosts for which a listener has no certificate. */
export interface HostWatch {
  /** `pattern` is a host or `*.rest`. */
  isCovered(pattern: string): boolean
}

/** Over the names of all the listener's certificates; when those of one aren't known, everything may be covered. */
export function watchHosts({ certificates, selection }: ListenerTls): HostWatch {
  const all = [...certificates, selection.fallback]
  const names = new Set(all.flatMap(certificate => certificate.names ?? []))
  const isUnknown = all.some(certificate => certificate.names === undefined)
  return {
    isCovered: pattern => isUnknown || names.has(pattern) || names.has(wildcardOf(pattern) ?? ''),
  }
}
