// The health rules of a target, merged from those of its pool and its own, key by key; `null` is the built-in default.
import { duration } from '../../base/checked.ts'
import { hashOf } from '../../base/hash.ts'
import { parseStatuses, type StatusRange } from '../../base/statuses.ts'
import type { HealthCheck as WrittenCheck, PassiveHealth as WrittenPassive } from '../../config/shape.gen.ts'
import { compileEdits, type WrittenEdits, writtenFields } from '../../http/edits.ts'
import { originWord } from '../origin.ts'
import type { Origin } from '../target.ts'
import type { HealthCheck, HealthRules, PassiveHealth } from './rules.ts'

/** One place where health rules are written; the pool's before the target's. */
export interface HealthLayer {
  readonly health_check: WrittenCheck
  readonly passive_health: WrittenPassive
}

type Whole<T> = { readonly [K in keyof T]-?: NonNullable<T[K]> }

const CHECK: Whole<WrittenCheck> = {
  enabled: false,
  method: 'GET',
  path: '/',
  headers: {},
  interval: '10s',
  timeout: '2s',
  healthy_threshold: 2,
  unhealthy_threshold: 2,
  expected_status: ['200-399'],
  initial: 'unknown',
}
const PASSIVE: Omit<Whole<WrittenPassive>, 'enabled'> = {
  max_failures: 1,
  window: '30s',
  cooldown: '30s',
  statuses: [],
}

/** Told to origins by probes that say nothing else. */
const USER_AGENT = 'p2pstream (health check)'

/** Undefined when the target is neither checked nor its failures counted. `edits` are those of its requests. */
export function compileHealth(
  poolId: string,
  targetKey: string,
  origin: Origin,
  edits: readonly WrittenEdits[],
  layers: readonly HealthLayer[],
): HealthRules | undefined {
  const check = merged(
    CHECK,
    layers.map(layer => layer.health_check),
  )
  const passive = merged(
    { ...PASSIVE, enabled: check.enabled },
    layers.map(layer => layer.passive_health),
  )
  if (!check.enabled && !passive.enabled) return undefined
  const meaning = hashOf([originWord(origin), check.enabled ? meaningOf(check) : null])
  return Object.freeze({
    identity: `health:${poolId}/${targetKey}#${meaning}`,
    check: check.enabled ? checkOf(check, edits) : undefined,
    passive: passive.enabled ? passiveOf(passive) : undefined,
  })
}

/** A later layer's key goes over an earlier one's. */
function merged<T extends object>(defaults: T, layers: readonly object[]): T {
  const built = new Map(Object.entries(defaults))
  const written = layers.flatMap(layer => Object.entries(layer))
  return { ...defaults, ...Object.fromEntries(written.map(([key, value]) => [key, value ?? built.get(key)])) }
}

/** `10s` and `10000ms` are the same check. */
function meaningOf(check: Whole<WrittenCheck>): unknown {
  const { interval, timeout, expected_status: expected } = check
  return {
    ...check,
    interval: duration(interval),
    timeout: duration(timeout),
    expected_status: rangesOf(expected),
  }
}

function checkOf(check: Whole<WrittenCheck>, edits: readonly WrittenEdits[]): HealthCheck {
  const fields = writtenFields(check.headers)
  const isHost = ([name]: readonly [string, string]): boolean => name.toLowerCase() === 'host'
  return Object.freeze({
    method: check.method,
    path: check.path,
    host: fields.find(isHost)?.[1],
    requestEdits: compileEdits([
      setting([['User-Agent', USER_AGENT]]),
      ...edits,
      setting(fields.filter(field => !isHost(field))),
    ]),
    interval: duration(check.interval),
    timeout: duration(check.timeout),
    healthyThreshold: check.healthy_threshold,
    unhealthyThreshold: check.unhealthy_threshold,
    expected: rangesOf(check.expected_status),
    initial: check.initial,
  })
}

function setting(set: WrittenEdits['set']): WrittenEdits {
  return { remove: [], set, add: [] }
}

function passiveOf(passive: Whole<WrittenPassive>): PassiveHealth {
  return Object.freeze({
    maxFailures: passive.max_failures,
    window: duration(passive.window),
    cooldown: duration(passive.cooldown),
    statuses: rangesOf(passive.statuses),
  })
}

function rangesOf(written: readonly string[]): readonly StatusRange[] {
  return Object.freeze(written.map(parseStatuses).filter(range => range !== undefined))
}
