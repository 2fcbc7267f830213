// The loop that turns a changing file into a running configuration: load, compile, adopt; one at a time, the newest content
// wins, the last good one stays, and nothing makes it give up.
import type { Clock } from '../base/clock.ts'
import type { Diagnostic } from '../base/diagnostic.ts'
import { inSlices } from '../base/in-slices.ts'
import type { Outcome } from '../base/outcome.ts'
import type { Configured } from '../config/loaded.ts'
import type { Engine } from '../engine/engine.ts'
import type { Log } from '../observe/log.ts'
import type { Snapshot } from '../snapshot/snapshot.ts'
import type { Changes } from './changes.ts'
import type { Finding } from './finding.ts'
import { tooManyRemoved } from './removed-routes.ts'
import type { Cause, LoadResult, ReloadStatus } from './status.ts'
import { tellResult } from './tell.ts'
import type { Load } from './worker.ts'

export interface Reloader {
  /** Loads now, or after the load that runs; the promise never rejects. */
  load(cause: Cause): Promise<LoadResult>
  readonly status: ReloadStatus
  /** Nothing is adopted once it resolved; a load under way comes to nothing. */
  close(): Promise<void>
}

export interface ReloadParts {
  readonly clock: Clock
  readonly log: Log
  readonly breathe: () => Promise<void>
  readonly load: () => Promise<Load>
  /** `previous` is what runs; what didn't change is taken over from it. */
  readonly compile: (configured: Configured, previous?: Snapshot) => Iterator<unknown, Outcome<Snapshot>>
  readonly engine: Pick<Engine, 'adopt' | 'current' | 'generation'>
  readonly openChanges: (onChange: () => void) => Changes
  /** Told right after a configuration became live. */
  readonly onApplied: (snapshot: Snapshot) => void
}

type Judged =
  | Pick<Extract<LoadResult, { kind: 'applied' }>, 'kind' | 'plan' | 'findings'>
  | { readonly kind: 'unchanged' | 'rejected'; readonly findings: readonly Finding[] }

/** What was found while reading and afterwards, in the order of the places. */
async function withLater(loaded: Load, later: readonly Diagnostic[]): Promise<readonly Finding[]> {
  if (later.length === 0) return loaded.findings
  return loaded.locate([...loaded.findings.map(({ diagnostic }) => diagnostic), ...later])
}

export function openReloader(parts: ReloadParts): Reloader {
  const { clock, log, engine } = parts
  let status: ReloadStatus = {
    generation: 0,
    revision: undefined,
    appliedAt: undefined,
    appliedSource: undefined,
    source: undefined,
    last: undefined,
    counts: { applied: 0, unchanged: 0, rejected: 0, failed: 0 },
  }
  let running: Promise<LoadResult> | undefined
  let isClosed = false
  let adopted: Promise<unknown> | undefined
  let waiting: { cause: Cause; readonly result: Promise<LoadResult> } | undefined

  const changes = parts.openChanges(() => void load('change'))

  async function judge(loaded: Load): Promise<Judged> {
    const { configured } = loaded
    if (configured === undefined) return { kind: 'rejected', findings: loaded.findings }
    const refuse = async (diagnostics: readonly Diagnostic[]): Promise<Judged> => ({
      kind: 'rejected',
      findings: await loaded.locate(diagnostics),
    })
    const compiled = await inSlices(parts.compile(configured, engine.current), clock, parts.breathe)
    if (!compiled.ok) return refuse(compiled.diagnostics)
    const findings = await withLater(loaded, compiled.diagnostics)
    const next = compiled.value
    if (next.revision === engine.current?.revision) return { kind: 'unchanged', findings }
    const removal = tooManyRemoved(engine.current, next)
    if (removal !== undefined) return refuse([removal])
    if (isClosed) return { kind: 'unchanged', findings }
    const adopting = engine.adopt(next)
    adopted = adopting.catch(() => undefined)
    const adoption = await adopting
    if (!adoption.ok) return refuse(adoption.diagnostics)
    parts.onApplied(next)
    changes.configure(next.reload)
    return { kind: 'applied', plan: adoption.plan, findings }
  }

  /** One load from its first look to its last; whatever goes wrong, what it read is watched afterwards. */
  async function loadOnce(cause: Cause): Promise<LoadResult> {
    const at = clock.wall()
    const began = clock.now()
    const seen = await changes.look()
    const isDue = !isClosed && (cause !== 'change' || !changes.isLoaded(seen))
    if (!isDue && status.last !== undefined) return status.last
    let loaded: Load | undefined
    let judged:
      | Judged
      | { readonly kind: 'failed'; readonly error: unknown; readonly findings: readonly Finding[] }
    try {
      loaded = await parts.load()
      judged = await judge(loaded)
    } catch (error) {
      judged = { kind: 'failed', error, findings: [] }
    }
    await loaded?.end()
    if (isClosed && status.last !== undefined) return status.last
    const source = await changes.follow(loaded?.watched, seen)
    const result = { ...judged, cause, at, took: clock.now() - began }
    remember(result, source)
    return result
  }

  function remember(last: LoadResult, source: string): void {
    const isLive = last.kind === 'applied' || last.kind === 'unchanged'
    status = {
      generation: engine.generation,
      revision: engine.current?.revision,
      appliedAt: last.kind === 'applied' ? last.at : status.appliedAt,
      appliedSource: isLive ? source : status.appliedSource,
      source,
      last,
      counts: { ...status.counts, [last.kind]: status.counts[last.kind] + 1 },
    }
    tellResult(log, last, status)
  }

  function load(cause: Cause): Promise<LoadResult> {
    if (running === undefined) {
      running = loadOnce(cause).finally(() => {
        running = undefined
      })
      return running
    }
    if (waiting === undefined) {
      const turn = { cause, result: running.then(() => next()) }
      waiting = turn
      return turn.result
    }
    // A person's request is always carried out; a change that is no more is not.
    if (cause === 'request') waiting.cause = cause
    return waiting.result
  }

  function next(): Promise<LoadResult> {
    const cause = waiting?.cause ?? 'change'
    waiting = undefined
    return load(cause)
  }

  return {
    load,
    get status() {
      return status
    },
    async close() {
      isClosed = true
      await changes.close()
      await adopted
    },
  }
}
