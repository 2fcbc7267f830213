// What is doubtful about certificates that can be used: their time, and their names.
import type { Diagnostic } from '../base/diagnostic.ts'
import { type Pointer, step } from '../base/pointer.ts'
import { doubtOfTime } from '../base/validity.ts'
import type { Certificate } from './certificate.ts'
import type { ListenerTls } from './listener-tls.ts'
import { covers, wildcardOf } from './names.ts'

function warning(code: Diagnostic['code'], at: Pointer, message: string): Diagnostic {
  return { code, severity: 'warning', message, at, on: 'value' }
}

function ofTime({ at, notBefore, notAfter }: Certificate, now: number): readonly Diagnostic[] {
  const doubt = doubtOfTime(notBefore, notAfter, now)
  return doubt === undefined ? [] : [warning(doubt.code, step(at, 'cert_file'), doubt.message)]
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
