// Retries that can happen: keys that do nothing are told.
import { type Pointer, pointer, step } from '../../base/pointer.ts'
import type { Findings } from '../findings.ts'
import type { Config, Retry, Target } from '../shape.gen.ts'
import type { Rule } from './draft.ts'
import { named } from './named.ts'

type Key = keyof Retry

/** What says how retries are made, and means nothing where there are none. */
const HOW = ['on', 'methods', 'body_buffer', 'budget', 'backoff'] as const satisfies readonly Key[]
/** What is about requests that might have been acted on. */
const REPEATING = ['methods', 'body_buffer'] as const satisfies readonly Key[]

/** What traffic follows, by the layers over it; the nearest to the route first. */
function inForce<K extends Key>(key: K, layers: readonly Retry[]): Retry[K] | undefined {
  return layers.find(layer => layer[key] !== undefined)?.[key]
}

function isOn(layers: readonly Retry[]): boolean {
  return (inForce('attempts', layers) ?? 1) > 1
}

function mayRepeat(layers: readonly Retry[]): boolean {
  return (inForce('on', layers) ?? []).some(word => word !== 'connect')
}

/** `ways`: the layers of every route's traffic that `retry` has a say in, or its own alone. */
function checkRetry(
  retry: Retry,
  ways: readonly (readonly Retry[])[],
  targets: readonly Target[],
  at: Pointer,
  findings: Findings,
): void {
  if (Object.keys(retry).length === 0) return
  if (targets.length > 0 && targets.every(target => target.url === undefined)) {
    findings.key('shape/useless-key', at, '"retry" does nothing in a pool without an origin')
    return
  }
  const told = (keys: readonly Key[], why: string): void => {
    for (const key of keys) {
      if (retry[key] === undefined || retry[key] === null) continue
      findings.key('shape/useless-key', step(at, key), `"${key}" does nothing ${why}`)
    }
  }
  if (!ways.some(isOn)) told(HOW, 'without attempts above 1')
  else if (!ways.some(mayRepeat)) told(REPEATING, 'where only `connect` is retried')
}

/** What routes write over the upstream they name, by its id. */
function overlays({ routes }: Config): ReadonlyMap<string, readonly Retry[]> {
  const own = Object.values(routes).flatMap(({ forward }) =>
    forward?.upstream === undefined || Object.keys(forward.retry).length === 0 ? [] : [forward],
  )
  const byUpstream = Map.groupBy(own, ({ upstream = '' }) => upstream)
  return new Map([...byUpstream].map(([id, forwards]) => [id, forwards.map(({ retry }) => retry)]))
}

/** Every key under `retry` has something to do. */
export const retryRule: Rule = ({ config }, findings) => {
  const over = overlays(config)
  for (const [id, { retry, targets }] of Object.entries(config.upstreams)) {
    const ways = [[retry], ...(over.get(id) ?? []).map(own => [own, retry])]
    checkRetry(retry, ways, targets, pointer('upstreams', id, 'retry'), findings)
  }
  for (const [id, { forward }] of Object.entries(config.routes)) {
    if (forward === undefined) continue
    const pool = named(config.upstreams, forward.upstream)
    const ways = [pool === undefined ? [forward.retry] : [forward.retry, pool.retry]]
    const targets = pool?.targets ?? forward.targets
    checkRetry(forward.retry, ways, targets, pointer('routes', id, 'forward', 'retry'), findings)
  }
}
