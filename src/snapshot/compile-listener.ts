// One listener, compiled around its router.
import type { Address } from '../base/address.ts'
import { duration, size } from '../base/checked.ts'
import { addressSet } from '../base/cidr.ts'
import { type Pointer, pointer, step } from '../base/pointer.ts'
import type { Limits as WrittenLimits, Listener as WrittenListener } from '../config/shape.gen.ts'
import { type Redirect, redirectBase } from '../http/location.ts'
import type { ErrorPages } from '../http/template.ts'
import type { ListenerTls } from '../tls/listener-tls.ts'
import type { Router } from './router.ts'
import type { Limits, Listener } from './snapshot.ts'

export interface ListenerParts {
  readonly hash: string
  /** server.trusted_proxies. */
  readonly trustedProxies: readonly string[]
  readonly errorPages: ErrorPages | undefined
  readonly tls: ListenerTls | undefined
  readonly router: Router
}

/** Compiles a listener; its limits have the server's filled in. */
export function compileListener(id: string, written: WrittenListener, parts: ListenerParts): Listener {
  const at = pointer('listeners', id)
  return Object.freeze({
    id,
    name: written.name ?? id,
    at,
    hash: parts.hash,
    enabled: written.enabled,
    protocol: written.protocol,
    http2: written.http2,
    proxyProtocol: written.proxy_protocol,
    tls: parts.tls,
    redirectToHttps: written.redirect_to_https ? redirectToHttps(step(at, 'redirect_to_https')) : undefined,
    address: addressOf(written),
    limits: Object.freeze(compileLimits(written.limits)),
    trustedProxies: Object.freeze(addressSet([...parts.trustedProxies, ...written.trusted_proxies])),
    errorPages: parts.errorPages,
    router: parts.router,
  })
}

/** The method stays with 308, so forms and APIs go on working (RFC 9110 section 15.4.9). */
function redirectToHttps(at: Pointer): Redirect {
  return Object.freeze({
    kind: 'redirect',
    at,
    mode: 'https',
    target: '',
    base: Object.freeze(redirectBase('https', '')),
    status: 308,
    preservePathSuffix: true,
    preserveQuery: true,
    prefixes: [],
    exactPaths: [],
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
