// What explain finds out about one request: plain data with pointers into the file, for people and for programs to print.
// Names of header fields are told, their values never.
import type { Pointer } from '../base/pointer.ts'
import type { ReasonCode } from '../base/reason.ts'
import type { PathClass } from '../http/path.ts'
import type { Standing } from '../upstream/select.ts'
import type { ChosenBy } from './choose-listener.ts'
import type { RouteFate } from './trail.ts'

/** The request as it was understood. */
export interface ExplainedFacts {
  readonly method: string
  readonly scheme: 'http' | 'https'
  readonly authority: string
  readonly host: string
  readonly path: string
  readonly decodedPath: string
  readonly pathClass: PathClass
  readonly query: string
  /** The visitor's address after trusted proxies. */
  readonly client: string
}

export interface ExplainedListener {
  readonly id: string
  readonly at: Pointer
  readonly address: string
  readonly enabled: boolean
  readonly by: ChosenBy
}

export interface ExplainedStep {
  readonly name: string
  readonly does: string
  /** `ended`: the verdict fell here; `skipped`: it had fallen before. */
  readonly outcome: 'passed' | 'ended' | 'skipped'
}

export interface ExplainedRoute {
  readonly id: string
  readonly at: Pointer
  readonly priority: number
  readonly isDefault: boolean
  readonly fate: RouteFate
}

export interface ExplainedTarget {
  readonly name: string
  readonly at: Pointer
  /** `static`, or the url. */
  readonly leadsTo: string
  readonly priorityGroup: number
  readonly weight: number
  readonly standing: Standing
  /** Why it is unavailable. */
  readonly why: string | undefined
  /** Of a target behind agents every agent of the file; undefined for the others. */
  readonly agents: readonly ExplainedAgent[] | undefined
}

/** An agent as a way to a target: `unfit` is what the file says, everything else what runs. */
export interface ExplainedAgent {
  readonly id: string
  readonly at: Pointer
  readonly standing: Standing | 'unfit'
  readonly why: string | undefined
}

/** Which fields change: dropped ones in lower case, added ones in the file's spelling; a field that is set is in both. */
export interface ExplainedEdits {
  readonly drops: readonly string[]
  readonly adds: readonly string[]
}

export interface RefusalOutcome {
  readonly kind: 'refusal'
  readonly status: number
  readonly code: ReasonCode
  readonly at: Pointer | undefined
  readonly detail: string | undefined
  /** Whether an error page is shown in place of plain text. */
  readonly hasErrorPage: boolean
}

export interface RedirectOutcome {
  readonly kind: 'redirect'
  readonly status: number
  readonly location: string
  readonly at: Pointer
}

export interface StaticOutcome {
  readonly kind: 'static'
  readonly status: number
  readonly target: string
  readonly at: Pointer
  readonly fields: readonly string[]
  readonly bodyBytes: number
}

export interface ForwardOutcome {
  readonly kind: 'forward'
  readonly target: string
  readonly at: Pointer
  /** As the origin is written in the file. */
  readonly origin: string
  /** The proxy on the way, as it is written. */
  readonly proxy: string | undefined
  /** Path and query on the origin's request line. */
  readonly requestTarget: string
  /** The origin's Host field. */
  readonly hostField: string
  /** X-Forwarded-Prefix; `''` when nothing was cut off. */
  readonly removedPrefix: string
  readonly requestEdits: ExplainedEdits
  /** Undefined for the standard one. */
  readonly requestPolicy: { readonly name: string; readonly at: Pointer } | undefined
  /** Milliseconds, and where it is written; undefined for the default. */
  readonly responseHeaderTimeout: number
  readonly responseHeaderTimeoutAt: Pointer | undefined
  /** Attempts in total, and the words of the file for what another one follows with this method; undefined without retries. */
  readonly retry: { readonly attempts: number; readonly after: readonly string[] } | undefined
}

export type ExplainedOutcome = RefusalOutcome | RedirectOutcome | StaticOutcome | ForwardOutcome

export interface Explained {
  readonly kind: 'explained'
  readonly listener: ExplainedListener
  /** Undefined when the codec refused the request before anybody read it. */
  readonly facts: ExplainedFacts | undefined
  readonly steps: readonly ExplainedStep[]
  /** All routes of the listener, in order of evaluation; empty when the match was never tried. */
  readonly routes: readonly ExplainedRoute[]
  /** The chosen route. */
  readonly route: ExplainedRoute | undefined
  /** How a target is chosen: `weighted_round_robin`, `hash on client_ip`; undefined when none had to be. */
  readonly balancing: string | undefined
  /** All targets of the chosen route's pool, in the order of the file. */
  readonly targets: readonly ExplainedTarget[]
  readonly outcome: ExplainedOutcome
  readonly responseEdits: ExplainedEdits
}

export type Explanation = Explained | { readonly kind: 'no_listener'; readonly why: string }
