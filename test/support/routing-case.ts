// Runs the data files of test/conformance/routing and redirect: a config and requests, each with what must become of it.
// Every request goes through load, compile, the codec and the decision, and through explain; both must say the same.
import { parse } from 'yaml'
import { load } from '../../src/config/load.ts'
import { chooseListener } from '../../src/engine/choose-listener.ts'
import { decide } from '../../src/engine/decide.ts'
import { explain } from '../../src/engine/explain.ts'
import type { Explained } from '../../src/engine/explanation.ts'
import { type MadeUpRequest, readMadeUp, readUrl } from '../../src/engine/made-up.ts'
import type { Memory, Verdict } from '../../src/engine/verdict.ts'
import type { Field } from '../../src/http/edits.ts'
import { readFacts } from '../../src/http/facts.ts'
import { compile } from '../../src/snapshot/compile.ts'
import type { Snapshot } from '../../src/snapshot/snapshot.ts'
import { commit } from '../../src/upstream/balance.ts'
import { openPoolState } from '../../src/upstream/pool-state.ts'
import { NOW } from './config.ts'
import { luck } from './wish.ts'

/** One request; keys that are left out are not looked at. */
export interface RoutingCase {
  /** `GET http://app.example/x`; a method and a URL. */
  readonly ask: string
  readonly fields?: Readonly<Record<string, string | readonly string[]>>
  readonly from?: string
  readonly listener?: string
  readonly why?: string

  readonly route?: string | null
  readonly target?: string
  readonly status?: number
  readonly code?: string
  readonly location?: string
  /** Path and query on the origin's request line. */
  readonly sends?: string
  /** The origin's Host. */
  readonly host?: string
  /** X-Forwarded-Prefix. */
  readonly prefix?: string
  /** The visitor's address. */
  readonly client?: string
  /** Names of the fields that are written for the origin, or of the static answer. */
  readonly sets?: readonly string[]
  readonly drops?: readonly string[]
  /** What other routes say of it. */
  readonly fates?: Readonly<Record<string, string>>
}

export interface RoutingFile {
  /** As people write it; `version: 1` may be left out. */
  readonly config: object
  readonly cases: readonly RoutingCase[]
  /** Codes of what compiling warns about. */
  readonly warnings?: readonly string[]
  /** Routes that, put in place of those of the config, are refused, with the code of the error. */
  readonly refused?: readonly { readonly route: object; readonly code: string }[]
}

/** What came of a request, in the words of a case. */
export type Found = Omit<RoutingCase, 'ask' | 'fields' | 'from' | 'listener' | 'why'>

export function readRoutingFile(text: string): RoutingFile {
  return parse(text) as RoutingFile
}

export interface Loaded {
  readonly snapshot: Snapshot
  readonly memory: Memory
  readonly warnings: readonly string[]
}

/** Loads a config as `run` would; throws with the findings when it doesn't load. */
export function loadRouting(config: object): Loaded {
  const { outcome } = loadText(config)
  if (!outcome.ok)
    throw new Error(outcome.diagnostics.map(({ code, message }) => `${code}: ${message}`).join('\n'))
  const compiled = compile(outcome.value)
  if (!compiled.ok) throw new Error('a loaded config did not compile')
  const pools = new Map([...compiled.value.pools.values()].map(pool => [pool, openPoolState()]))
  return {
    snapshot: compiled.value,
    memory: { pools, health: new Map() },
    warnings: compiled.diagnostics.map(({ code }) => code),
  }
}

/** Codes of the errors that a config with this one route has. */
export function errorsOf(config: object, route: object): readonly string[] {
  const { outcome } = loadText({ ...config, routes: { r: route } })
  return outcome.diagnostics.filter(({ severity }) => severity === 'error').map(({ code }) => code)
}

/** JSON is YAML, and keeps the order and the types of what was parsed. */
function loadText(config: object): ReturnType<typeof load> {
  const text = JSON.stringify({ version: 1, ...config })
  return load({ source: { text, name: 'case.yaml' }, environment: {}, missingReferences: 'error', now: NOW })
}

function madeUp({ ask, fields = {}, from = '192.0.2.1' }: RoutingCase): MadeUpRequest {
  const [method = '', ...url] = ask.split(' ')
  const list = Object.entries(fields).flatMap(([name, values]) =>
    [values].flat().map((value): Field => [name, value]),
  )
  return { method, url: url.join(' '), fields: list, from }
}

/** Decides a request as the engine would, and moves the State. */
export function decided({ snapshot, memory }: Loaded, asked: RoutingCase): Found {
  const request = madeUp(asked)
  const { listener } = chooseListener(snapshot, readUrl(request.url), asked.listener)
  if (listener === undefined) throw new Error(`no listener for ${asked.ask}`)
  const head = readMadeUp(request, listener)
  if ('status' in head) return { status: head.status, code: head.code, route: null }
  const facts = readFacts(head, listener.trustedProxies)
  const verdict = decide(listener, facts, memory, luck())
  if (verdict.taking !== undefined) commit(verdict.taking.state, verdict.taking.choice)
  return { client: facts.client, ...foundIn(verdict) }
}

function foundIn(verdict: Verdict): Found {
  if (verdict.kind === 'forward') {
    const { requestEdits, target } = verdict.leg
    const edits = {
      sets: (requestEdits?.adds ?? []).map(([name]) => name),
      drops: [...(requestEdits?.drops ?? [])],
    }
    return { route: verdict.route.id, target: target.name, ...edits }
  }
  const { answer, route, target } = verdict
  const location = answer.fields.find(([name]) => name === 'Location')?.[1]
  return {
    route: route?.id ?? null,
    status: answer.status,
    ...(target === undefined
      ? { code: answer.reason.code }
      : { target: target.name, sets: answer.fields.map(([name]) => name) }),
    ...(location === undefined ? {} : { location }),
  }
}

/** Explains a request on the State as it stands. */
export function explained({ snapshot, memory }: Loaded, asked: RoutingCase): Found {
  const explanation = explain(snapshot, madeUp(asked), asked.listener, luck(), memory)
  if (explanation.kind === 'no_listener') throw new Error(explanation.why)
  const { route, facts, routes } = explanation
  return {
    route: route?.id ?? null,
    ...(facts === undefined ? {} : { client: facts.client }),
    fates: Object.fromEntries(routes.map(({ id, fate }) => [id, fate])),
    ...outcomeOf(explanation),
  }
}

function outcomeOf({ outcome }: Explained): Found {
  switch (outcome.kind) {
    case 'refusal':
      return { status: outcome.status, code: outcome.code }
    case 'redirect':
      return { status: outcome.status, code: 'redirect', location: outcome.location }
    case 'static':
      return { status: outcome.status, target: outcome.target, sets: outcome.fields }
    case 'forward':
      return {
        target: outcome.target,
        sends: outcome.requestTarget,
        host: outcome.hostField,
        prefix: outcome.removedPrefix,
        sets: outcome.requestEdits.adds,
        drops: outcome.requestEdits.drops,
      }
  }
}

/** The part of what was found that a case speaks about. */
export function spokenOf(found: Found, asked: RoutingCase): Found {
  const { ask: _a, fields: _f, from: _p, listener: _l, why: _w, fates, ...expected } = asked
  const keys = Object.keys(expected) as (keyof Found)[]
  const spoken = Object.fromEntries(keys.map(key => [key, found[key]]))
  if (fates === undefined) return spoken
  return {
    ...spoken,
    fates: Object.fromEntries(Object.keys(fates).map(id => [id, found.fates?.[id] ?? 'unknown'])),
  }
}
