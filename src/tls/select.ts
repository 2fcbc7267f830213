// Which certificate a visitor gets, by the name it asks for (SNI, RFC 6066 section 3).
import type { Certificate } from './certificate.ts'
import { plainName, wildcardOf } from './names.ts'

export interface Selection {
  readonly byHost: ReadonlyMap<string, Certificate>
  /** For no name, or one that no certificate has. */
  readonly fallback: Certificate
}

/** An index of a listener's certificates; of two for the same host the earlier one is chosen. */
export function selectionOf(certificates: readonly Certificate[], fallback: Certificate): Selection {
  const byHost = new Map<string, Certificate>()
  for (const certificate of certificates)
    for (const host of certificate.hosts) if (!byHost.has(host)) byHost.set(host, certificate)
  return { byHost, fallback }
}

/** The certificate with exactly that name, else with `*` in place of its first label, else the fallback. */
export function select({ byHost, fallback }: Selection, name: string | undefined): Certificate {
  if (name === undefined || name === '') return fallback
  const plain = plainName(name)
  return byHost.get(plain) ?? byHost.get(wildcardOf(plain) ?? '') ?? fallback
}
