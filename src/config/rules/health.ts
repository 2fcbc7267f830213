// Health checks whose times fit each other, that are enabled, and whose Host is one.
import { parseDuration } from '../../base/duration.ts'
import { type Pointer, pointer, step, steps } from '../../base/pointer.ts'
import type { Findings } from '../findings.ts'
import type { Config, HealthCheck } from '../shape.gen.ts'
import type { PlacedTarget, Rule } from './draft.ts'

/** One place where a check is written; the nearest to the target first. */
interface Layer {
  readonly check: HealthCheck
  readonly at: Pointer
}

const DEFAULTS = { interval: '10s', timeout: '2s' } as const
/** A probe that may take as long as this is likelier a mistake than a slow check. */
const LONG_TIMEOUT = 10_000

interface Time {
  readonly text: string
  readonly at: Pointer | undefined
}

function timeOf(key: keyof typeof DEFAULTS, layers: readonly Layer[]): Time {
  const layer = layers.find(({ check }) => check[key] !== undefined)
  return {
    text: layer?.check[key] ?? DEFAULTS[key],
    at: layer === undefined ? undefined : step(layer.at, key),
  }
}

/** Tells a contradiction where the first layer takes part in it; the others have been told already. */
function checkTimes(layers: readonly [Layer, ...Layer[]], findings: Findings): void {
  const [own] = layers
  const timeout = timeOf('timeout', layers)
  const interval = timeOf('interval', layers)
  const isOwn = ({ at }: Time): boolean => at?.startsWith(`${own.at}/`) === true
  if ((parseDuration(timeout.text) ?? 0) > (parseDuration(interval.text) ?? Number.POSITIVE_INFINITY)) {
    const [here, there] = isOwn(timeout) ? [timeout, interval] : [interval, timeout]
    if (here.at === undefined || !isOwn(here)) return
    findings.value(
      'health/timeout',
      here.at,
      `a timeout of ${timeout.text} is longer than the interval of ${interval.text}`,
      there.at === undefined
        ? {}
        : { related: [{ at: there.at, on: 'value', message: 'the other one is here' }] },
    )
  } else if (timeout.at !== undefined && isOwn(timeout) && (parseDuration(timeout.text) ?? 0) >= LONG_TIMEOUT)
    findings.add({
      code: 'health/long-timeout',
      severity: 'warning',
      message: `a probe may take ${timeout.text}`,
      help: 'how long a request may take is response_header_timeout',
      at: timeout.at,
      on: 'value',
    })
}

function checkHost({ check, at }: Layer, findings: Findings): void {
  for (const [name, values] of Object.entries(check.headers ?? {})) {
    if (name.toLowerCase() !== 'host') continue
    const isHost =
      values.length === 1 && /^[\w.-]+(:\d{1,5})?$|^\[[\d:a-f]+\](:\d{1,5})?$/i.test(values[0] ?? '')
    if (!isHost)
      findings.value(
        'header/value',
        step(step(at, 'headers'), name),
        'Host is one host, with a port or without',
      )
  }
}

function isDescribed({ check }: Layer): boolean {
  return Object.keys(check).some(key => key !== 'enabled')
}

/** A check that nobody enables, told once: where it is nearest to the target. */
function checkEnabled(layers: readonly Layer[], findings: Findings): void {
  if (layers.some(({ check }) => check.enabled !== undefined)) return
  const layer = layers.find(isDescribed)
  if (layer === undefined) return
  findings.add({
    code: 'health/not-enabled',
    severity: 'warning',
    message: 'this health check is not enabled',
    help: 'write `enabled: true`',
    at: layer.at,
    on: 'key',
  })
}

function poolLayers(config: Config): readonly Layer[] {
  const named = Object.entries(config.upstreams).map(([id, { health_check: check }]) => ({
    check,
    at: pointer('upstreams', id, 'health_check'),
  }))
  const inPlace = Object.entries(config.routes).flatMap(([id, { forward }]) =>
    forward === undefined || forward.upstream !== undefined
      ? []
      : [{ check: forward.health_check, at: pointer('routes', id, 'forward', 'health_check') }],
  )
  return [...named, ...inPlace].filter(isWritten)
}

function isWritten({ check }: Layer): boolean {
  return Object.keys(check).length > 0
}

function poolLayerOf({ pool }: PlacedTarget, config: Config): Layer | undefined {
  const [collection, id = ''] = steps(pool)
  const owner = collection === 'upstreams' ? config.upstreams[id] : config.routes[id]?.forward
  return owner && { check: owner.health_check, at: pool.replace(/targets$/, 'health_check') }
}

/** Every health check, of a pool and of a target. */
export const healthRule: Rule = ({ config, targets }, findings) => {
  const pools = poolLayers(config)
  for (const layer of pools) {
    checkTimes([layer], findings)
    checkHost(layer, findings)
  }
  const enabled = new Set<Pointer>()
  for (const placed of targets) {
    const own = { check: placed.target.health_check, at: step(placed.at, 'health_check') }
    const pool = poolLayerOf(placed, config)
    if (own.check.enabled === true && pool !== undefined) enabled.add(pool.at)
    if (!isWritten(own) || placed.target.url === undefined) continue
    checkTimes(pool === undefined ? [own] : [own, pool], findings)
    checkHost(own, findings)
    checkEnabled(pool === undefined ? [own] : [own, pool], findings)
  }
  for (const layer of pools) if (!enabled.has(layer.at)) checkEnabled([layer], findings)
}
