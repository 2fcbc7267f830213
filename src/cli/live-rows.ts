// Rows that a running server tells of, as it names their members.
import type { Pointer } from '../base/pointer.ts'

export interface TargetRow {
  readonly id: string
  readonly pool: string
  readonly name: string
  readonly at: Pointer
  readonly leads_to: string
  readonly priority_group: number
  readonly weight: number
  readonly available: boolean
  readonly why: readonly string[]
  readonly health?: { readonly status: 'unknown' | 'healthy' | 'unhealthy' | 'unchecked' }
  readonly dns?: string
  readonly active: number
  readonly connections?: { readonly open: number; readonly idle: number; readonly waiting: number }
}

export interface AgentRow {
  readonly id: string
  readonly name: string
  readonly at: Pointer
  readonly state: 'connected' | 'draining' | 'offline' | 'disabled' | 'never_seen'
  readonly hindrance?: string
  readonly connected_since?: string
  readonly offline_since?: string
  readonly last_reason?: string
  readonly streams: number
  readonly round_trip_ms?: number
  readonly address: string
  readonly version: string
  readonly labels: Readonly<Record<string, string>>
}

export interface UpstreamRow {
  readonly id: string
  readonly at: Pointer
  readonly load_balancing: string
  readonly targets: number
  readonly available: number
  readonly active: number
}

export interface RouteRow {
  readonly order?: number
  readonly listener: string
  readonly id: string
  readonly at: Pointer
  readonly enabled: boolean
  readonly priority: number
  readonly default: boolean
  readonly hosts: readonly string[]
  readonly path_prefixes: readonly string[]
  readonly paths: readonly string[]
  readonly methods: readonly string[]
  readonly action:
    | { readonly kind: 'redirect'; readonly mode: string; readonly status: number; readonly target: string }
    | {
        readonly kind: 'forward'
        readonly pool: string
        readonly load_balancing: string
        readonly targets: readonly TargetRow[]
      }
}
