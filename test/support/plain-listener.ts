// A compiled listener for tests of the engine's parts, without a file behind it.
import { addressSet } from '../../src/base/cidr.ts'
import type { Listener } from '../../src/snapshot/snapshot.ts'

/** On port 8080, with the default limits. */
export function plainListener(trusted: readonly string[] = [], changes: Partial<Listener> = {}): Listener {
  return {
    id: 'web',
    name: 'web',
    at: '/listeners/web',
    hash: 'web',
    enabled: true,
    protocol: 'http',
    http2: true,
    proxyProtocol: 'off',
    tls: undefined,
    redirectToHttps: undefined,
    address: { kind: 'tcp', host: '', port: 8080 },
    limits: {
      maxHeaderBytes: 65_536,
      maxHeaders: 128,
      maxUrlBytes: 16_384,
      maxBodyBytes: 0,
      headerTimeout: 10_000,
      bodyIdleTimeout: 60_000,
      writeIdleTimeout: 60_000,
      keepaliveTimeout: 75_000,
      maxConnections: 0,
      maxRequestsInFlight: 0,
    },
    trustedProxies: addressSet(trusted),
    errorPages: undefined,
    router: { routes: [], overlaps: { pairs: [], isCut: false }, fallback: undefined, find: () => undefined },
    ...changes,
  }
}
