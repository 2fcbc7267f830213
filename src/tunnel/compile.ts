// Compiles agents. The config was checked: every value has its form.
import { dialTarget } from '../base/checked.ts'
import { labelsOf } from '../base/labels.ts'
import { pointer } from '../base/pointer.ts'
import type { Agent as WrittenAgent } from '../config/shape.gen.ts'
import type { Agent } from './agent.ts'

/** What `max_streams: 0` means. */
const DEFAULT_STREAMS = 1024

/** `hash`: of everything that is written of it. */
export function compileAgent(id: string, written: WrittenAgent, hash: string): Agent {
  return Object.freeze({
    id,
    name: written.name ?? id,
    at: pointer('agents', id),
    hash,
    enabled: written.enabled,
    tokenHash: written.token_hash.toLowerCase(),
    labels: labelsOf(id, written.labels),
    weight: written.weight,
    allowTargets: Object.freeze(written.allow_targets.map(dialTarget)),
    maxStreams: written.max_streams === 0 ? DEFAULT_STREAMS : written.max_streams,
  })
}
