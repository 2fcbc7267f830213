// Ways to an origin: proxies before it, addresses of our own, names it may carry, keys it shares with us.
import { isIP } from 'node:net'
import type { Form } from './form.ts'
import { originForm } from './network.ts'

/** A proxy: `http://host[:port]`, `https://host[:port]` or `unix:/path`. */
export const proxyUriForm: Form = (text, shown) => {
  const code = 'peer/proxy'
  if (text.includes('@'))
    return { code, message: 'a uri of a proxy holds no user', help: 'write credentials' }
  if (/^socks/i.test(text)) return { code, message: `${shown} asks for SOCKS; only CONNECT is spoken` }
  if (!/^(https?:\/\/|unix:)/i.test(text))
    return { code, message: `${shown} has no scheme`, help: 'write http://host:port, https:// or unix:/path' }
  const flaw = originForm(text, shown)
  return flaw && { ...flaw, code }
}

/** A local address. */
export const bindToForm: Form = (text, shown) => {
  if (isIP(text) !== 0) return undefined
  const bare = /^(?:\[([^\]]+)\]|([^:]+)):[\d-]+$/.exec(text)
  const address = bare?.[1] ?? bare?.[2] ?? ''
  const help = isIP(address) === 0 ? undefined : `ports are the system's choice; write ${address}`
  return {
    code: 'peer/bind-to',
    message: `${shown} is not an IP address`,
    ...(help !== undefined && { help }),
  }
}

/** A host or an address in an origin's certificate. */
export const peerNameForm: Form = (text, shown) => {
  if (isIP(text) !== 0) return undefined
  if (/^(?=.{1,253}$)[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*$/.test(text) && !/\.\d+$/.test(text))
    return undefined
  return { code: 'peer/name', message: `${shown} is neither a host name nor an address` }
}

/** A shared key in hex: 16 bytes are the least that is worth the name (RFC 9257 section 4), 64 the most that anybody makes. */
export const pskKeyForm: Form = text =>
  /^(?:[0-9A-Fa-f]{2}){16,64}$/.test(text)
    ? undefined
    : { code: 'peer/psk-key', message: 'the key is not 16 to 64 bytes in hex' }
