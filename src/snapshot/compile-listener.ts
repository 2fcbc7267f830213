// One listener, compiled around its router.
import type { Address } from '../base/address.ts'
import { duration, size } from '../base/checked.ts'
import { addressSet } from '../base/cidr.ts'
import { pointer } from '../base/pointer.ts'
import type { Limits as WrittenLimits, Listener as WrittenListener } from '../config/shape.gen.ts'
import type { ErrorPages } from '../http/template.ts'
import type { Router } from './router.ts'
import type { Limits, Listener } from './snapshot.ts'

export interface ListenerParts {
  readonly hash: string
  /** server.trusted_proxies. */
  readonly trustedProxies: readonly string[]
  readonly errorPages: ErrorPages | undefined
  readonly router: Router
}

/** Compiles a listener; its limits have the server's filled in. */
export function compileListener(id: string, written: WrittenListener, parts: ListenerParts): Listener {
  return Object.freeze({
    id,
    name: written.name ?? id,
    at: pointer('listeners', id),
    hash: parts.hash,
    enabled: written.enabled,
    protocol: written.protocol,
    address: addressOf(written),
    limits: Object.freeze(compileLimits(written.limits)),
    trustedProxies: Object.freeze(addressSet([...parts.trustedProxies, ...written.trusted_proxies])),
    errorPages: parts.errorPages,
    router: parts.router,
  })
}

const UNIX = 'unix:'

function addressOf({ bind, port, mode }: WrittenListener): Address {
  if (!bind.startsWith(UNIX)) return { kind: 'tcp', host: bind, port: port ?? 0 }
  const path = bind.slice(UNIX.length)
  return mode === undefined ? { kind: 'unix', path } : { kind: 'unix', path, mode: Number.parseInt(mode, 8) }
}

function compileLimits(written: WrittenLimits): Limits {
  return {
    maxHeaderBytes: size(written.max_header_bytes),
    maxHeaders: written.max_headers,
    maxUrlBytes: size(written.max_url_bytes),
    maxBodyBytes: size(written.max_body_bytes),
    headerTimeout: duration(written.header_timeout),
    bodyIdleTimeout: duration(written.body_idle_timeout),
    writeIdleTimeout: duration(written.write_idle_timeout),
    keepaliveTimeout: duration(written.keepalive_timeout),
    maxConnections: written.max_connections,
    maxRequestsInFlight: written.max_requests_in_flight,
  }
}
