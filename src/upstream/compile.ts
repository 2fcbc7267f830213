// Compiles the targets of a pool. The config was checked: every name leads somewhere and every value has its form.
import { duration } from '../base/checked.ts'
import { hashOf } from '../base/hash.ts'
import { type Pointer, step } from '../base/pointer.ts'
import type { Upstream, Target as WrittenTarget } from '../config/shape.gen.ts'
import { type WrittenEdits, writtenFields } from '../http/edits.ts'
import type { Agent } from '../tunnel/agent.ts'
import { groupsOf } from './groups.ts'
import { type Hashing, readKeySources } from './hash-key.ts'
import { compileHealth, type HealthLayer } from './health/compile.ts'
import { compileLegs } from './legs.ts'
import { originWord, readOrigin } from './origin.ts'
import { compilePaths, pathKey } from './paths.ts'
import { type MergedPeer, mergePeer, sealPeer } from './peer.ts'
import { profileOf } from './profile.ts'
import { mergeRetry, NO_RETRY } from './retry.ts'
import { type Body, staticAnswer } from './static-answer.ts'
import type { Pool, ProxyTarget, Target } from './target.ts'

/** A template of kind `generic_body`, by id. */
export type Bodies = ReadonlyMap<string, Body>

export interface WrittenPool extends Omit<Upstream, 'name' | 'tags'> {
  readonly id: string
  readonly name: string
  readonly at: Pointer
  readonly hash: string
}

const RESPONSE_HEADER_TIMEOUT = 60_000

/** What a pool is compiled among. */
export interface PoolParts {
  /** The connection options of the whole file. */
  readonly defaults: MergedPeer | undefined
  readonly bodies: Bodies
  readonly agents: ReadonlyMap<string, Agent>
  /** Of the materials. */
  readonly files: ReadonlyMap<string, Uint8Array>
}

/** Compiles a pool. */
export function compilePool(written: WrittenPool, parts: PoolParts): Pool {
  const { id, name, at, hash } = written
  const { defaults, files } = parts
  const peer = mergePeer(defaults, { at: step(at, 'peer'), peer: written.peer, files })
  const taken = new Map<string, number>()
  const targets = written.targets.map((target, index) => {
    const key = unusedKey(keyOf(target), taken)
    return Object.freeze(
      compileTarget(target, {
        poolId: id,
        at: step(step(at, 'targets'), index),
        index,
        key,
        peer,
        health: written,
        parts,
      }),
    )
  })
  return Object.freeze({
    id,
    name,
    at,
    hash,
    loadBalancing: written.load_balancing,
    retry: mergeRetry(NO_RETRY, written.retry),
    sticky: written.sticky.enabled
      ? Object.freeze({ cookie: written.sticky.cookie, ttl: duration(written.sticky.ttl) })
      : undefined,
    hashing: written.load_balancing === 'hash' ? Object.freeze(hashingOf(written)) : undefined,
    targets: Object.freeze(targets),
    groups: Object.freeze(groupsOf(targets)),
    legs: compileLegs(targets, undefined),
  })
}

function hashingOf({ hash_on, hash_fallback, slots }: WrittenPool): Hashing {
  return { on: readKeySources(hash_on), fallback: readKeySources(hash_fallback), slots }
}

interface Place {
  readonly poolId: string
  readonly at: Pointer
  readonly index: number
  readonly key: string
  readonly peer: MergedPeer
  /** The pool's. */
  readonly health: HealthLayer
  readonly parts: PoolParts
}

function compileTarget(written: WrittenTarget, place: Place): Target {
  const { poolId, at, index, key, parts } = place
  const common = {
    index,
    key,
    name: written.name ?? written.id ?? `target-${index + 1}`,
    at,
    enabled: written.enabled,
    priorityGroup: written.priority_group,
    weight: written.weight,
    tags: written.tags,
  }
  if (written.static !== undefined) {
    return { kind: 'static', ...common, answer: staticAnswer(written.static, parts.bodies, at) }
  }
  const timeout = written.response_header_timeout
  const origin = readOrigin(written.url ?? '')
  const requestEdits = targetEdits(written)
  const peer = peerOf(written, place)
  const healthOf = (stateKey: string): ProxyTarget['health'] =>
    written.enabled
      ? compileHealth(poolId, stateKey, origin, requestEdits, [place.health, written])
      : undefined
  const direct: ProxyTarget = {
    kind: 'proxy',
    ...common,
    profile: profileOf(`${poolId}/${key}`, origin, peer, undefined),
    policy: peer.policy,
    preserveHost: written.preserve_host,
    responseHeaderTimeout: timeout === undefined ? RESPONSE_HEADER_TIMEOUT : duration(timeout),
    responseHeaderTimeoutAt: timeout === undefined ? undefined : step(at, 'response_header_timeout'),
    requestEdits,
    health: healthOf(key),
    paths: undefined,
  }
  if (written.transport === 'direct') return direct
  // Nobody connects or probes from here: the paths do.
  const target: ProxyTarget = { ...direct, health: undefined }
  const paths = compilePaths(target, poolId, parts.agents.values(), {
    selector: new Map(Object.entries(written.agent_selector)),
    loadBalancing: written.agent_load_balancing,
    through(agent) {
      const path = pathKey(key, agent.id)
      return { profile: profileOf(`${poolId}/${path}`, origin, peer, agent.id), health: healthOf(path) }
    },
  })
  return { ...target, paths }
}

function peerOf(written: WrittenTarget, { at, peer, parts: { files } }: Place): MergedPeer {
  const merged = mergePeer(peer, { at: step(at, 'peer'), peer: written.peer, files })
  if (!written.tls_skip_verify) return merged
  return sealPeer(
    { ...merged.peer, verifyCert: false },
    { ...merged.setBy, verifyCert: step(at, 'tls_skip_verify') },
    merged.policy,
  )
}

function targetEdits(written: WrittenTarget): readonly WrittenEdits[] {
  const { remove, set, add } = written.request_headers
  const edits: WrittenEdits[] = []
  const own = { remove, set: writtenFields(set), add: writtenFields(add) }
  if (own.remove.length + own.set.length + own.add.length > 0) edits.push(own)
  if (written.basic_auth !== undefined) {
    const { username, password } = written.basic_auth
    const credentials = Buffer.from(`${username}:${password}`, 'utf8').toString('base64')
    edits.push({ remove: [], set: [['Authorization', `Basic ${credentials}`]], add: [] })
  }
  return edits
}

function keyOf(written: WrittenTarget): string {
  if (written.id !== undefined) return written.id
  return written.url === undefined ? `static:${hashOf(written.static)}` : originWord(readOrigin(written.url))
}

/** Repeats become `key#2`, `key#3`; ids come without `#`, so they can't meet. */
function unusedKey(key: string, taken: Map<string, number>): string {
  const count = (taken.get(key) ?? 0) + 1
  taken.set(key, count)
  return count === 1 ? key : `${key}#${count}`
}
