// POST /api/explain: what would become of a request right now, by the running configuration and the State it stands on.
import { isIP } from 'node:net'
import { jsonMembers } from '../base/json.ts'
import { explain } from '../engine/explain.ts'
import type { Live } from '../engine/live.ts'
import type { MadeUpRequest } from '../engine/made-up.ts'
import type { Field } from '../http/edits.ts'
import type { Chance } from '../upstream/wish.ts'
import { type Asked, type Said, sayJson, sayTrouble } from './message.ts'
import { otherProfiles, tellTarget } from './targets.ts'

interface Question extends MadeUpRequest {
  readonly listener: string | undefined
}

const isText = (value: unknown): value is string => typeof value === 'string'

const isField = (value: unknown): value is Field =>
  Array.isArray(value) && value.length === 2 && value.every(isText)

/** `{ method, url, headers: [[name, value]], from, listener }`, or what is wrong with it. `from` is `''` for a unix socket. */
export function readQuestion(body: Buffer): Question | string {
  const values = jsonMembers(body.toString('utf8'))
  if (values === undefined) return 'a JSON object is needed'
  const { method = 'GET', url, headers = [], from = '127.0.0.1', listener } = values
  if (!isText(method) || !isText(url)) return '"url" is needed, and "method" is text'
  if (!Array.isArray(headers) || !headers.every(isField)) return '"headers" is a list of [name, value]'
  if (!isText(from) || (from !== '' && isIP(from) === 0)) return '"from" is an IP address'
  if (listener !== undefined && !isText(listener)) return '"listener" is an id'
  return { method, url, fields: headers, from, listener }
}

/** The explanation, and beside it how every target of the chosen route's pool stands, in the order of the file. */
export function sayExplanation({ body }: Asked, live: Live, chance: Chance): Said {
  const question = readQuestion(body)
  if (typeof question === 'string') return sayTrouble(400, { code: 'body', message: question })
  const { snapshot, generation } = live
  const explanation = explain(snapshot, question, question.listener, chance, live)
  const route =
    explanation.kind === 'explained' ? snapshot.routes.get(explanation.route?.id ?? '') : undefined
  const pool = route?.action.kind === 'forward' ? route.action.pool : undefined
  const others = otherProfiles(snapshot)
  return sayJson(200, {
    generation,
    revision: snapshot.revision,
    explanation,
    targets: pool?.targets.map(target => tellTarget(pool, target, live, others)) ?? [],
  })
}
