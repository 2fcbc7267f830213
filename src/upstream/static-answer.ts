// A static target's answer, made ready once.
import type { Pointer } from '../base/pointer.ts'
import type { StaticResponse } from '../config/shape.gen.ts'
import type { Answer } from '../http/answer.ts'
import { writtenFields } from '../http/edits.ts'

/** What a template supplies. */
export interface Body {
  readonly contentType: string
  readonly bytes: Uint8Array
}

const NO_BODY: Body = { contentType: '', bytes: new Uint8Array(0) }
const PLAIN_TEXT = 'text/plain; charset=utf-8'

/** The answer of the target at `at`; without a Content-Type of its own a body is plain text, a template what it says it is. */
export function staticAnswer(
  written: StaticResponse,
  bodies: ReadonlyMap<string, Body>,
  at: Pointer,
): Answer {
  const body = bodyOf(written, bodies)
  const fields = writtenFields(written.headers)
  const isTyped = fields.some(([name]) => name.toLowerCase() === 'content-type')
  return Object.freeze({
    status: written.status,
    fields:
      isTyped || body.bytes.length === 0 ? fields : [['Content-Type', body.contentType] as const, ...fields],
    body: body.bytes,
    reason: { code: 'static', at } as const,
  })
}

function bodyOf(written: StaticResponse, bodies: ReadonlyMap<string, Body>): Body {
  if (written.template !== undefined) return bodies.get(written.template) ?? NO_BODY
  if (written.body === undefined) return NO_BODY
  return { contentType: PLAIN_TEXT, bytes: Buffer.from(written.body, 'utf8') }
}
