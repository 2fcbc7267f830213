// An agent as the file has it, compiled: who it is, and what it may be used for.
import type { DialTarget } from '../base/dial-target.ts'
import type { Labels } from '../base/labels.ts'
import type { Pointer } from '../base/pointer.ts'

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
  readonly labels: Labels
  readonly weight: number
  /** Empty: whatever the targets name. */
  readonly allowTargets: readonly DialTarget[]
  readonly maxStreams: number
}
