// Answers that say no: short plain text, with why in the reason and never in the body (design engine, "Failures").
import type { Reason } from '../base/reason.ts'
import type { Answer } from './answer.ts'
import type { Field } from './edits.ts'
import { reasonPhrase } from './status.ts'

const PLAIN_TEXT: readonly Field[] = [
  ['Content-Type', 'text/plain; charset=utf-8'],
  ['X-Content-Type-Options', 'nosniff'],
]

/** The answer for a refusal: `404 Not Found` and a newline as text; `extraFields` (Retry-After, Allow) follow ours. */
export function refuse(status: number, reason: Reason, extraFields: readonly Field[] = []): Answer {
  return {
    status,
    fields: extraFields.length === 0 ? PLAIN_TEXT : [...PLAIN_TEXT, ...extraFields],
    body: Buffer.from(`${status} ${reasonPhrase(status)}`.trimEnd().concat('\n'), 'latin1'),
    reason,
  }
}
