// A compiled certificate for tests that never show it.
import type { Certificate } from '../../src/tls/certificate.ts'

/** For these hosts, which are its names too. */
export function plainCertificate(
  id: string,
  hosts: readonly string[],
  changes: Partial<Certificate> = {},
): Certificate {
  return {
    id,
    at: `/certificates/${id}`,
    hash: id,
    hosts,
    names: hosts,
    source: { kind: 'absent' },
    notBefore: undefined,
    notAfter: undefined,
    ...changes,
  }
}
