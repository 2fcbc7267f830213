// What explain found out, for people and for programs.
import type { Place } from '../base/diagnostic.ts'
import { formatDuration } from '../base/duration.ts'
import type { Pointer } from '../base/pointer.ts'
import type {
  Explained,
  ExplainedAgent,
  ExplainedEdits,
  ExplainedOutcome,
  ExplainedRoute,
  ForwardOutcome,
} from '../engine/explanation.ts'
import { columns } from './columns.ts'
import { placed } from './live-places.ts'

export type Places = ReadonlyMap<Pointer, Place>

/** With more routes than this, those of other hosts are only counted. */
const MANY = 100

const FATES: Readonly<Record<ExplainedRoute['fate'], string>> = {
  matched: 'takes it',
  default: 'takes it: the default, nothing else matched',
  default_unused: 'the default: not needed',
  shadowed: 'matches too, but comes later',
  disabled: 'disabled',
  host: 'another host',
  path: 'another path',
  method: 'another method',
}

const STANDINGS: Readonly<Record<ExplainedAgent['standing'], string>> = {
  chosen: 'chosen',
  waits: 'available, not its turn',
  other_group: 'behind a lower priority group',
  disabled: 'disabled',
  no_weight: 'weight 0',
  unavailable: 'unavailable',
  no_agent: 'no agent of the file may reach it',
  unfit: 'not for this target',
}

function routeLines(routes: readonly ExplainedRoute[], places: Places): readonly string[] {
  if (routes.length === 0) return ['', 'no route was looked at']
  const shown = routes.length > MANY ? routes.filter(({ fate }) => fate !== 'host') : routes
  const hidden = routes.length - shown.length
  return [
    '',
    'routes, in the order they are tried',
    ...columns(
      shown.map(({ id, at, priority, isDefault, fate }) => [
        isDefault ? 'last' : String(priority),
        id,
        FATES[fate],
        placed(at, places),
      ]),
    ),
    ...(hidden > 0 ? [`  and ${hidden} of other hosts (--format json shows them)`] : []),
  ]
}

function targetLines({ targets, balancing }: Explained, places: Places): readonly string[] {
  if (targets.length === 0) return []
  const rows = targets.flatMap(({ name, at, leadsTo, priorityGroup, weight, standing, why, agents }) => [
    [
      `group ${priorityGroup}`,
      `weight ${weight}`,
      name,
      leadsTo === name ? '' : leadsTo,
      stood(standing, why),
      placed(at, places),
    ],
    ...(agents ?? []).map(agent => [
      '',
      '',
      '',
      `through ${agent.id}`,
      stood(agent.standing, agent.why),
      placed(agent.at, places),
    ]),
  ])
  return ['', `targets, by ${balancing}`, ...columns(rows)]
}

function stood(standing: keyof typeof STANDINGS, why: string | undefined): string {
  return why === undefined ? STANDINGS[standing] : `${STANDINGS[standing]}: ${why}`
}

function editLines(title: string, { drops, adds }: ExplainedEdits): readonly string[] {
  const added = new Set(adds.map(name => name.toLowerCase()))
  const removed = drops.filter(name => !added.has(name))
  return [
    ...(removed.length > 0 ? [`  ${title} removed: ${removed.join(', ')}`] : []),
    ...(adds.length > 0 ? [`  ${title} set or added: ${adds.join(', ')}`] : []),
  ]
}

function policyLines(policy: ForwardOutcome['requestPolicy'], places: Places): readonly string[] {
  return policy === undefined ? [] : [`  request policy ${policy.name}  ${placed(policy.at, places)}`]
}

function outcomeLines(outcome: ExplainedOutcome, method: string, places: Places): readonly string[] {
  switch (outcome.kind) {
    case 'refusal':
      return [
        `answer ${outcome.status} ${outcome.code}${outcome.detail === undefined ? '' : `: ${outcome.detail}`}`,
        ...(outcome.at === undefined ? [] : [`  because of ${placed(outcome.at, places)}`]),
        ...(outcome.hasErrorPage ? ['  with an error page'] : []),
      ]
    case 'redirect':
      return [`redirect ${outcome.status} to ${outcome.location}  ${placed(outcome.at, places)}`]
    case 'static':
      return [
        `answer ${outcome.status} from ${outcome.target}, ${outcome.bodyBytes} bytes  ${placed(outcome.at, places)}`,
        ...(outcome.fields.length > 0 ? [`  fields: ${outcome.fields.join(', ')}`] : []),
      ]
    case 'forward':
      return [
        `forward to ${outcome.origin} as ${method} ${outcome.requestTarget}  ${placed(outcome.at, places)}`,
        ...(outcome.proxy === undefined ? [] : [`  through the proxy ${outcome.proxy}`]),
        `  Host: ${outcome.hostField}`,
        ...(outcome.removedPrefix === '' ? [] : [`  X-Forwarded-Prefix: ${outcome.removedPrefix}`]),
        ...editLines('request fields', outcome.requestEdits),
        ...policyLines(outcome.requestPolicy, places),
        `  the response must begin within ${formatDuration(outcome.responseHeaderTimeout)}, ${
          outcome.responseHeaderTimeoutAt === undefined
            ? 'the default'
            : placed(outcome.responseHeaderTimeoutAt, places)
        }`,
        ...(outcome.retry === undefined ? [] : [retryLine(outcome.retry)]),
      ]
  }
}

function retryLine({ attempts, after }: NonNullable<ForwardOutcome['retry']>): string {
  return `  up to ${attempts} attempts, the next one after ${after.length === 0 ? 'nothing' : after.join(', ')}`
}

/** For people; every thing with the place where it is written. */
export function explanationText(explained: Explained, places: Places): string {
  const { listener, facts, routes, outcome, responseEdits } = explained
  const request =
    facts === undefined ? 'the request' : `${facts.method} ${facts.authority}${facts.path}${facts.query}`
  const lines = [
    `${request} from ${facts?.client || 'a unix socket'}`,
    `listener ${listener.id} on ${listener.address}${listener.enabled ? '' : ' (disabled)'}, by ${listener.by}  ${placed(listener.at, places)}`,
    ...routeLines(routes, places),
    ...targetLines(explained, places),
    '',
    ...outcomeLines(outcome, facts?.method ?? '', places),
    ...editLines('response fields', responseEdits),
  ]
  return `${lines.join('\n')}\n`
}

/** For programs: beside every pointer `at` its `place`, and `more` after the rest. */
export function explanationJson(
  explained: Explained,
  places: Places,
  more: Readonly<Record<string, unknown>> = {},
): string {
  const withPlaces = (_: string, value: unknown): unknown => {
    if (typeof value !== 'object' || value === null || !('at' in value)) return value
    const place = places.get(String(value.at))
    return place === undefined
      ? value
      : { ...value, place: { file: place.file, line: place.line, column: place.column } }
  }
  return `${JSON.stringify({ ...explained, ...more }, withPlaces, 2)}\n`
}

/** Every pointer whose place is shown. */
export function pointersOf(explained: Explained): readonly Pointer[] {
  const { listener, routes, targets, outcome } = explained
  const ofForward =
    outcome.kind === 'forward' ? [outcome.responseHeaderTimeoutAt, outcome.requestPolicy?.at] : []
  const others = [outcome.at, ...ofForward]
  return [
    listener.at,
    ...routes.map(({ at }) => at),
    ...targets.flatMap(({ at, agents }) => [at, ...(agents ?? []).map(agent => agent.at)]),
    ...others.filter(at => at !== undefined),
  ]
}
