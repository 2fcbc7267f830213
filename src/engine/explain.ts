// Explains one made-up request: runs the same decision as the data path with a trail, and tells what it found.
import { formatAddress } from '../base/address.ts'
import type { FieldEdits } from '../http/edits.ts'
import { type Facts, readFacts } from '../http/facts.ts'
import { STANDARD } from '../http/request-policy.ts'
import { rewritePath } from '../http/rewrite.ts'
import type { Listener, Route, Snapshot } from '../snapshot/snapshot.ts'
import { unfitness } from '../upstream/paths.ts'
import { openPoolState } from '../upstream/pool-state.ts'
import { conditionsFor } from '../upstream/retry.ts'
import type { Stand } from '../upstream/select.ts'
import type { Leg, Paths, Target } from '../upstream/target.ts'
import type { Chance } from '../upstream/wish.ts'
import { type ChosenBy, chooseListener } from './choose-listener.ts'
import { decide, STEPS } from './decide.ts'
import type {
  ExplainedAgent,
  ExplainedEdits,
  ExplainedOutcome,
  ExplainedRoute,
  ExplainedStep,
  ExplainedTarget,
  Explanation,
  ForwardOutcome,
} from './explanation.ts'
import { type MadeUpRequest, readMadeUp, readUrl } from './made-up.ts'
import { rescue } from './rescue.ts'
import type { RouteFate } from './trail.ts'
import type { AnswerVerdict, ForwardVerdict, Memory, Verdict } from './verdict.ts'

/** Pools that nobody has used yet: every rotation at its start. */
const FRESH: Memory = { pools: { get: openPoolState }, health: new Map() }

/** What would become of a request under a snapshot. `memory` is the running State, if there is one. */
export function explain(
  snapshot: Snapshot,
  request: MadeUpRequest,
  listenerId: string | undefined,
  chance: Chance,
  memory: Memory = FRESH,
): Explanation {
  const chosen = chooseListener(snapshot, readUrl(request.url), listenerId)
  if (chosen.listener === undefined) return { kind: 'no_listener', why: chosen.why }
  const { listener, by } = chosen
  const head = readMadeUp(request, listener)
  if ('status' in head) {
    const refused: Verdict = {
      kind: 'answer',
      answer: rescue({ code: head.code, at: listener.at, detail: head.detail }, head.status),
      route: undefined,
      target: undefined,
      taking: undefined,
    }
    return explained(listener, by, undefined, new Notes(snapshot.agents), refused)
  }
  const facts = readFacts(head, listener.trustedProxies)
  const notes = new Notes(snapshot.agents)
  return explained(listener, by, facts, notes, decide(listener, facts, memory, chance, notes))
}

/** The trail of one decision. */
class Notes {
  readonly reached: string[] = []
  readonly routes: ExplainedRoute[] = []
  readonly targets: ExplainedTarget[] = []
  how: string | undefined
  /** Of the target that was told last. */
  private ways: ExplainedAgent[] | undefined
  private known = 0
  private readonly agents: Snapshot['agents']

  constructor(agents: Snapshot['agents']) {
    this.agents = agents
  }

  balancing(how: string): void {
    this.how = how
  }

  step(name: string): void {
    this.reached.push(name)
  }

  route({ id, at, priority, isDefault }: Route, fate: RouteFate): void {
    this.routes.push({ id, at, priority, isDefault, fate })
  }

  target(target: Target, { standing, why }: Stand): void {
    const { name, at, priorityGroup, weight } = target
    const leadsTo = target.kind === 'static' ? 'static' : target.profile.origin.url
    const paths = target.kind === 'proxy' ? target.paths : undefined
    this.ways = paths && this.unfit(paths)
    this.known = 0
    this.targets.push({ name, at, leadsTo, priorityGroup, weight, standing, why, agents: this.ways })
  }

  /** Those that may reach the target come before those that can't. */
  agent(id: string, { standing, why }: Stand): void {
    this.ways?.splice(this.known++, 0, { id, at: this.agents.get(id)?.at ?? '', standing, why })
  }

  private unfit({ selector, origin }: Paths): ExplainedAgent[] {
    return [...this.agents.values()].flatMap(agent => {
      const why = unfitness(agent, selector, origin)
      return why === undefined ? [] : [{ id: agent.id, at: agent.at, standing: 'unfit' as const, why }]
    })
  }
}

function explained(
  listener: Listener,
  by: ChosenBy,
  facts: Facts | undefined,
  notes: Notes,
  verdict: Verdict,
): Explanation {
  const { id, at, enabled, address } = listener
  return {
    kind: 'explained',
    listener: { id, at, enabled, by, address: formatAddress(address) },
    facts: facts === undefined ? undefined : factsOf(facts),
    steps: stepsOf(notes.reached),
    routes: notes.routes,
    route: notes.routes.find(route => route.id === verdict.route?.id),
    balancing: notes.how,
    targets: notes.targets,
    outcome: verdict.kind === 'forward' ? forwardOutcome(verdict, facts) : answerOutcome(verdict, listener),
    responseEdits: editsOf(verdict.route?.responseEdits),
  }
}

function factsOf({ fields: _, connection: __, ...facts }: Facts): Omit<Facts, 'fields' | 'connection'> {
  return facts
}

function stepsOf(reached: readonly string[]): readonly ExplainedStep[] {
  return STEPS.map(({ name, does }, index) => {
    if (index >= reached.length) return { name, does, outcome: 'skipped' }
    return { name, does, outcome: index === reached.length - 1 ? 'ended' : 'passed' }
  })
}

function answerOutcome({ answer, route, target }: AnswerVerdict, listener: Listener): ExplainedOutcome {
  const { status, reason } = answer
  if (target !== undefined) {
    const fields = answer.fields.map(([name]) => name)
    return {
      kind: 'static',
      status,
      target: target.name,
      at: target.at,
      fields,
      bodyBytes: answer.body.length,
    }
  }
  if (reason.code === 'redirect') {
    const location = answer.fields.find(([name]) => name === 'Location')?.[1] ?? ''
    return { kind: 'redirect', status, location, at: reason.at ?? listener.at }
  }
  const hasErrorPage = (route?.errorPages?.find(status) ?? listener.errorPages?.find(status)) !== undefined
  return { kind: 'refusal', status, code: reason.code, at: reason.at, detail: reason.detail, hasErrorPage }
}

function forwardOutcome(
  { forward, leg, taking }: ForwardVerdict,
  facts: Facts | undefined,
): ExplainedOutcome {
  if (facts === undefined) throw new Error('a request that was never read was forwarded')
  const { target, profile, responseHeaderTimeout, responseHeaderTimeoutAt } = leg
  const { path, removedPrefix } =
    forward.rewrite === undefined
      ? { path: facts.path, removedPrefix: '' }
      : rewritePath(facts.path, forward.rewrite)
  return {
    kind: 'forward',
    // Of a target behind agents the leg is one agent's.
    target: taking.choice.target.name,
    at: target.at,
    origin: profile.origin.url,
    proxy: profile.peer.proxy?.origin.url,
    requestTarget: path + facts.query,
    hostField: target.preserveHost && facts.authority !== '' ? facts.authority : profile.origin.hostField,
    removedPrefix,
    requestEdits: editsOf(leg.requestEdits),
    requestPolicy: policyOf(leg),
    responseHeaderTimeout,
    responseHeaderTimeoutAt,
    retry: forward.retry && {
      attempts: forward.retry.attempts,
      after: conditionsFor(forward.retry, facts.method),
    },
  }
}

function policyOf({ policy: { name, at } }: Leg): ForwardOutcome['requestPolicy'] {
  return at === undefined || name === STANDARD.name ? undefined : { name, at }
}

function editsOf(edits: FieldEdits | undefined): ExplainedEdits {
  return { drops: [...(edits?.drops ?? [])], adds: (edits?.adds ?? []).map(([name]) => name) }
}
