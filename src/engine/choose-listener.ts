// Which listener a URL would reach: by scheme, port and address, as a connection would.

import { normaliseHost, portOf } from '../http/host.ts'
import type { Listener, Snapshot } from '../snapshot/snapshot.ts'
import type { MadeUpUrl } from './made-up.ts'

/** `only`: no listener has the URL's scheme and port, but just one is enabled (a container's port is often another one outside). */
export type ChosenBy = 'id' | 'address' | 'port' | 'only'

export type ListenerChoice =
  | { readonly listener: Listener; readonly by: ChosenBy }
  | { readonly listener: undefined; readonly why: string }

const DEFAULT_PORTS = { http: 80, https: 443 } as const

/** The listener named, or the one that a connection to the URL would reach. */
export function chooseListener(snapshot: Snapshot, url: MadeUpUrl, id: string | undefined): ListenerChoice {
  const listeners = [...snapshot.listeners.values()]
  if (id !== undefined) {
    const named = snapshot.listeners.get(id)
    return named === undefined
      ? { listener: undefined, why: `no listener "${id}"` }
      : { listener: named, by: 'id' }
  }
  const enabled = listeners.filter(listener => listener.enabled)
  if (url.scheme !== undefined) {
    const port = portOf(url.authority) ?? DEFAULT_PORTS[url.scheme]
    const reached = enabled.filter(
      ({ address, protocol }) => address.kind === 'tcp' && address.port === port && protocol === url.scheme,
    )
    const host = normaliseHost(url.authority)
    const exact = reached.find(({ address }) => address.kind === 'tcp' && address.host === host)
    if (exact !== undefined) return { listener: exact, by: 'address' }
    if (reached[0] !== undefined) return { listener: reached[0], by: 'port' }
  }
  const [only, ...others] = enabled
  if (only !== undefined && others.length === 0) return { listener: only, by: 'only' }
  const ids = enabled.map(listener => listener.id).join(', ')
  return {
    listener: undefined,
    why:
      enabled.length === 0
        ? 'no listener is enabled'
        : `no listener has the URL's scheme and port; name one of ${ids}`,
  }
}
