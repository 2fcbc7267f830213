// An agent as the file has it, compiled: who it is, and what it may be used for.
import type { DialTarget } from '../base/dial-target.ts'
import type { Pointer } from '../base/pointer.ts'

/** The label that every agent has by itself. */
export const AGENT_ID = 'p2pstream.io/agent-id'

export interface Agent {
  readonly id: string
  /** What people see: name or id. */
  readonly name: string
  readonly at: Pointer
  /** Of everything the agent means. */
  readonly hash: string
  readonly enabled: boolean
  /** `sha256:` and hex. */
  readonly tokenHash: string
  /** With its id under `AGENT_ID`. */
  readonly labels: ReadonlyMap<string, string>
  readonly weight: number
  /** Empty: whatever the targets name. */
  readonly allowTargets: readonly DialTarget[]
  readonly maxStreams: number
}

/** Labels that must all be on one agent; never empty. */
export type Selector = ReadonlyMap<string, string>

/** The first label of a selector that an agent hasn't got, and what it has in its place; undefined when all fit. */
export function missingLabel(
  selector: Selector,
  agent: Agent,
): { readonly key: string; readonly has: string | undefined } | undefined {
  for (const [key, value] of selector) {
    const has = agent.labels.get(key)
    if (has !== value) return { key, has }
  }
  return undefined
}
