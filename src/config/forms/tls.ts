// Words of TLS: cipher suites, the names in certificates, the name that is asked for.
import { getCiphers } from 'node:tls'
import { nearest } from '../../base/suggest.ts'
import type { Form } from './form.ts'
import { hostForm } from './request.ts'

/** Suites that a certificate can serve; those with shared keys and passwords are something else. */
const SUITES: ReadonlySet<string> = new Set(
  getCiphers()
    .map(name => name.toUpperCase())
    .filter(name => !/PSK|SRP/.test(name)),
)

/** Names of cipher suites with `:` between them; empty for the built-in ones. */
export const ciphersForm: Form = text => {
  const unknown = text === '' ? undefined : text.split(':').find(name => !SUITES.has(name))
  if (unknown === undefined) return undefined
  const near = nearest(unknown.toUpperCase(), [...SUITES])
  return {
    code: 'listener/ciphers',
    message: `${JSON.stringify(unknown)} is not a cipher suite`,
    help: near === undefined ? "write OpenSSL's names, like ECDHE-RSA-AES128-GCM-SHA256" : `write ${near}`,
  }
}

/** A name in a certificate: a host, an address, or `*.rest`. */
export const certificateHostForm: Form = (text, shown) => {
  const flaw = hostForm(text, shown)
  if (flaw === undefined) return undefined
  return { ...flaw, code: 'certificate/host', ...(text === '' && { help: 'leave it out' }) }
}

/** The name that is asked for in a handshake, never an address (RFC 6066 section 3); empty for none. */
export const sniForm: Form = (text, shown) =>
  text === '' ||
  (/^(?=.{1,253}$)[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*$/.test(text) && !/\.\d+$/.test(text))
    ? undefined
    : { code: 'target/sni', message: `${shown} is not a host name`, help: 'no port, no scheme, no address' }
