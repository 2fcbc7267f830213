// Who signs the origins that we believe.
import {
  createSecureContext,
  getCACertificates,
  type SecureContext,
  setDefaultCACertificates,
} from 'node:tls'

/**
 * The first context that trusts the system's store takes a tenth of a second to make, so it is asked for while a configuration is
 * being adopted, and not by a request.
 */
export interface Trust {
  /** `ca`: certificates (PEM) in place of the built-in and the system's ones. */
  context(ca: readonly Uint8Array[] | undefined): SecureContext
}

/** Trust of one process; contexts of the same authorities are the same. */
export function openTrust(): Trust {
  let common: SecureContext | undefined
  const contexts = new WeakMap<readonly Uint8Array[], SecureContext>()
  return {
    context(ca) {
      if (ca === undefined) {
        common ??= commonContext()
        return common
      }
      const known = contexts.get(ca)
      if (known !== undefined) return known
      const made = createSecureContext({ minVersion: 'TLSv1.2', ca: ca.map(file => Buffer.from(file)) })
      contexts.set(ca, made)
      return made
    },
  }
}

/** Whoever Node brings along and whoever the system trusts; most are both, and each takes time to read. */
function commonContext(): SecureContext {
  const all = [...getCACertificates('bundled'), ...getCACertificates('system')]
  const different = new Map(all.map(text => [text.replace(/\s+/g, ''), text]))
  setDefaultCACertificates([...different.values()])
  return createSecureContext({ minVersion: 'TLSv1.2' })
}
