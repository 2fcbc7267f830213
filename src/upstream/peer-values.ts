// What the written values of connection options mean.
import { duration } from '../base/checked.ts'
import { Secret } from '../base/secret.ts'
import type {
  ClientCertKey,
  ConnectProxy,
  Psk,
  TcpKeepalive,
  TlsPolicy as WrittenPolicy,
} from '../config/shape.gen.ts'
import { writtenFields } from '../http/edits.ts'
import type { KeepAlive } from '../net/dial-tcp.ts'
import type { OwnCertificate } from '../net/trust.ts'
import { readOrigin } from './origin.ts'
import type { Peer, SharedKey, TunnelProxy } from './target.ts'
import { tlsPolicyOf } from './tls-policy.ts'

/** Of the materials, by the paths that are written; a missing key's isn't there. */
type Files = ReadonlyMap<string, Uint8Array>

const NOTHING = new Uint8Array(0)

function ownCertificate({ cert_file, key_file, passphrase }: ClientCertKey, files: Files): OwnCertificate {
  return Object.freeze({
    cert: files.get(cert_file) ?? NOTHING,
    key: files.get(key_file) ?? NOTHING,
    passphrase: passphrase === undefined ? undefined : new Secret(passphrase),
  })
}

function sharedKey({ identity, key }: Psk): SharedKey {
  return Object.freeze({ identity, key: new Secret(key.toLowerCase()) })
}

function proxyOf({ uri, credentials, headers }: ConnectProxy): TunnelProxy {
  const basic = credentials && Buffer.from(`${credentials.username}:${credentials.password}`, 'utf8')
  return Object.freeze({
    origin: Object.freeze(readOrigin(uri)),
    authorization: basic && new Secret(`Basic ${basic.toString('base64')}`),
    fields: writtenFields(headers),
  })
}

function keepAliveOf(written: NonNullable<TcpKeepalive>): KeepAlive | undefined {
  if (written === 'off') return undefined
  const { idle, interval, count } = written
  return Object.freeze({
    idle: duration(idle),
    interval: interval === undefined ? undefined : duration(interval),
    count,
  })
}

/** The meaning of what is written under a key. */
export function peerValue(key: keyof Peer, written: unknown, files: Files): unknown {
  switch (key) {
    case 'alpn':
    case 'bindTo':
    case 'groupKey':
    case 'maxConnections':
    case 'useSystemCerts':
    case 'verifyCert':
    case 'verifyHostname':
      return written
    case 'alternativeCn':
      return Object.freeze((written as readonly string[]).map(name => name.toLowerCase()))
    case 'sni':
      return written === '' ? undefined : String(written).toLowerCase()
    case 'ca':
      return Object.freeze((written as readonly string[]).map(name => files.get(name) ?? NOTHING))
    case 'clientCertKey':
      return ownCertificate(written as ClientCertKey, files)
    case 'psk':
      return sharedKey(written as Psk)
    case 'proxy':
      return proxyOf(written as ConnectProxy)
    case 'tcpKeepalive':
      return keepAliveOf(written as NonNullable<TcpKeepalive>)
    case 'tlsPolicy':
      return tlsPolicyOf(written as NonNullable<WrittenPolicy>)
    default:
      return duration(String(written))
  }
}
