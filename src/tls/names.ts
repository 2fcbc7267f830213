// Names in certificates and whom they fit (RFC 6125 section 6.4, RFC 9525 section 6): exactly, or by `*` for one whole label.
import type { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'

/** A name as it is compared: lower case, without a last dot, IPv6 in its one short spelling. */
export function plainName(name: string): string {
  const lower = name.toLowerCase()
  // An address with a zone (`fe80::1%eth0`) is one to Node, and none that a certificate could hold.
  if (isIP(lower) === 6 && !lower.includes('%')) return new URL(`http://[${lower}]/`).hostname.slice(1, -1)
  return lower.endsWith('.') ? lower.slice(0, -1) : lower
}

/** The name with which a certificate covers a plain one beside that one itself: its first label replaced by `*`. */
export function wildcardOf(name: string): string | undefined {
  const dot = name.indexOf('.')
  return dot <= 0 || isIP(name) !== 0 ? undefined : `*${name.slice(dot)}`
}

/** Whether one of the names fits a host. */
export function covers(names: readonly string[], host: string): boolean {
  const plain = plainName(host)
  const wildcard = wildcardOf(plain)
  return names.includes(plain) || (wildcard !== undefined && names.includes(wildcard))
}

/** What Node writes for a certificate's alternative names; one with a comma or a control character is in quotes, as JSON. */
const ENTRY = /(DNS|IP Address):("(?:[^"\\]|\\.)*"|[^,]*)(?:, |$)|[^,"]*(?:"(?:[^"\\]|\\.)*")?(?:, |$)/g

/** The names inside a certificate: its alternative ones (hosts and addresses), without any its common name. */
export function namesIn(certificate: X509Certificate): readonly string[] {
  const names = [...(certificate.subjectAltName ?? '').matchAll(ENTRY)].flatMap(([, kind, value = '']) =>
    kind === undefined || value.startsWith('"') ? [] : [plainName(value)],
  )
  if (names.length > 0) return names
  const common = /^CN=(.*)$/m.exec(certificate.subject ?? '')?.[1]
  return common === undefined ? [] : [plainName(common)]
}
