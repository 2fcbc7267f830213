// The decision: from a request's facts to a verdict, without a socket. It reads State and changes none of it.
import type { ReasonCode } from '../base/reason.ts'
import type { Answer } from '../http/answer.ts'
import { cookieOf } from '../http/cookie.ts'
import type { Facts } from '../http/facts.ts'
import { locationOf, type Redirect } from '../http/location.ts'
import type { Listener, Route } from '../snapshot/snapshot.ts'
import { secondsUntilChance } from '../upstream/health/retry-after.ts'
import { lacksAgents, lacksNames } from '../upstream/objections.ts'
import { chosenBy } from '../upstream/select.ts'
import type { Stick } from '../upstream/sticky.ts'
import { legTaken, type Pools, type Taking, take } from '../upstream/take.ts'
import type { Pool, Target } from '../upstream/target.ts'
import type { Chance, Wish } from '../upstream/wish.ts'
import { nominationRefusal } from './nominations.ts'
import { refuseForNow, rescue } from './rescue.ts'
import { type Trail, tellRoutes, tellTargets } from './trail.ts'
import type { AnswerVerdict, Memory, Verdict } from './verdict.ts'

/** What has been found out so far. Mutable on purpose: one short-lived object per request, filled step by step. */
class Progress implements Wish {
  readonly listener: Listener
  readonly facts: Facts
  readonly memory: Memory
  readonly clock: Chance['clock']
  readonly random: Chance['random']
  readonly trail: Trail | undefined
  readonly tried: readonly Target[] = NOWHERE
  wanted: Target | undefined
  route: Route | undefined
  taking: Taking | undefined

  constructor(listener: Listener, facts: Facts, memory: Memory, chance: Chance, trail: Trail | undefined) {
    this.listener = listener
    this.facts = facts
    this.memory = memory
    this.clock = chance.clock
    this.random = chance.random
    this.trail = trail
  }
}

const NOWHERE: readonly Target[] = []

interface Step {
  readonly name: string
  /** In a few words, for people. */
  readonly does: string
  /** A verdict ends the decision. */
  run(progress: Progress): Verdict | undefined
}

/** The one order (design engine, "Life of a request", 2 to 14), the same for every listener. */
export const STEPS: readonly Step[] = [
  { name: 'path', does: 'refuse dot segments, backslashes and control bytes', run: refuseForbiddenPath },
  { name: 'https', does: 'redirect to https where the listener says so', run: redirectToHttps },
  { name: 'match', does: 'find the route', run: matchRoute },
  { name: 'separators', does: 'refuse %2f and %5c unless the route allows them', run: refuseSeparators },
  { name: 'no_route', does: 'answer 404 without a route', run: refuseUnrouted },
  { name: 'redirect', does: 'answer a redirect', run: redirect },
  { name: 'select', does: 'choose a target', run: selectTarget },
  { name: 'nominations', does: 'refuse what Connection must not take away', run: refuseNominations },
  { name: 'act', does: 'answer a static target, or forward', run: act },
]

/** Runs the steps until one has a verdict. `trail` is told every candidate and why it was taken or not. */
export function decide(
  listener: Listener,
  facts: Facts,
  memory: Memory,
  chance: Chance,
  trail?: Trail,
): Verdict {
  const progress = new Progress(listener, facts, memory, chance, trail)
  for (const step of STEPS) {
    trail?.step(step.name, step.does)
    const verdict = step.run(progress)
    if (verdict !== undefined) return verdict
  }
  throw new Error('the last step has no verdict')
}

function refuseForbiddenPath({ facts }: Progress): Verdict | undefined {
  return facts.pathClass === 'forbidden' ? answer(rescue({ code: 'bad_path' }), undefined) : undefined
}

function matchRoute(progress: Progress): undefined {
  const { listener, facts, trail } = progress
  progress.route = listener.router.find(facts) ?? listener.router.fallback
  if (trail !== undefined) tellRoutes(trail, listener.router, facts, progress.route)
}

/** Without a route too: what a path with hidden separators would have matched is nobody's business. */
function refuseSeparators({ facts, route }: Progress): Verdict | undefined {
  if (facts.pathClass !== 'encoded_separator' || route?.pathSecurity === 'allow_encoded_separators')
    return undefined
  const at = route === undefined ? {} : { at: `${route.at}/path_security` }
  return answer(rescue({ code: 'encoded_separator', ...at }), route)
}

function refuseUnrouted({ listener, route }: Progress): Verdict | undefined {
  return route === undefined ? answer(rescue({ code: 'no_route', at: listener.at }), undefined) : undefined
}

function redirectToHttps({ listener, facts }: Progress): Verdict | undefined {
  const { redirectToHttps: action } = listener
  return action === undefined ? undefined : redirected(action, facts, undefined)
}

function redirect({ facts, route }: Progress): Verdict | undefined {
  const action = route?.action
  return action?.kind === 'redirect' ? redirected(action, facts, route) : undefined
}

function redirected(action: Redirect, facts: Facts, route: Route | undefined): Verdict {
  const location = locationOf(action, facts)
  if (location === undefined) {
    const reason = {
      code: 'bad_request',
      at: action.at,
      detail: 'a redirect to https needs a host name',
    } as const
    return answer(rescue(reason), route)
  }
  return answer(
    {
      status: action.status,
      fields: [['Location', location]],
      body: NO_BODY,
      reason: { code: 'redirect', at: action.at },
    },
    route,
  )
}

const NO_BODY = new Uint8Array(0)

/** The route is final: without an available target the answer is 503, and never another route's. */
function selectTarget(progress: Progress): Verdict | undefined {
  const { listener, route, memory, trail } = progress
  if (route?.action.kind !== 'forward') return undefined
  const { pool } = route.action
  const stick = stickOf(pool, progress)
  progress.wanted = stick?.wanted
  const taking = take(pool, memory.pools, progress)
  if (trail !== undefined) {
    trail.balancing(chosenBy(pool, progress, taking?.choice))
    tellTargets(trail, pool, memory.pools, taking)
  }
  if (taking === undefined) {
    const { fallback } = listener.router
    const unused =
      fallback === undefined || fallback === route
        ? ''
        : `; default route ${fallback.id} is not used, ${route.id} matched`
    const lack = pool.groups.length === 0 ? 'enabled with a weight above 0' : 'available'
    const detail = `no target of ${pool.id} is ${lack}${unused}`
    const retryAfter = secondsUntilChance(pool, memory.health)
    const code = codeOfLack(pool, memory.pools)
    const reason = { code, at: pool.at, detail }
    return answer(code === 'dns_error' ? rescue(reason) : refuseForNow(reason, retryAfter), route)
  }
  progress.taking = stick === undefined ? taking : { ...taking, stick }
  return undefined
}

/** Nobody of a pool serves: why, if all have the same reason. */
function codeOfLack(pool: Pool, pools: Pools): ReasonCode {
  if (lacksAgents(pool, pools)) return 'no_agent_available'
  return lacksNames(pool, pools) ? 'dns_error' : 'no_target_available'
}

/** Only of what goes on to an origin, whose request policy decides. */
function refuseNominations({ facts, route, taking }: Progress): Verdict | undefined {
  if (route?.action.kind !== 'forward' || taking?.choice.target.kind !== 'proxy') return undefined
  const refusal = nominationRefusal(facts, legTaken(route.action.legs, taking), route.at)
  return refusal === undefined ? undefined : answer(refusal, route)
}

/** How the visitor stands to a pool that brings visitors back. */
function stickOf({ sticky }: Pool, { facts, memory, route }: Progress): Stick | undefined {
  if (sticky === undefined || route?.action.kind !== 'forward') return undefined
  const tokens = memory.tokens?.get(route.action.pool)
  const shown = cookieOf(facts.fields, sticky.cookie)
  return tokens && { tokens, shown, wanted: tokens.targetOf(shown) }
}

function act({ route, taking }: Progress): Verdict | undefined {
  if (route?.action.kind !== 'forward' || taking === undefined) return undefined
  const { target } = taking.choice
  if (target.kind === 'static') return { kind: 'answer', answer: target.answer, route, target, taking }
  return { kind: 'forward', route, forward: route.action, leg: legTaken(route.action.legs, taking), taking }
}

function answer(refusal: Answer, route: Route | undefined): AnswerVerdict {
  return { kind: 'answer', answer: refusal, route, target: undefined, taking: undefined }
}
