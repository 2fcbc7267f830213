// What every command about a running server begins with: finding it, asking it, and telling why that didn't work.
import { type Answered, ask, type Question, whereWord } from './ask.ts'
import type { Environment } from './environment.ts'
import { EXIT } from './exit-codes.ts'
import { findServer, type ServerFlags } from './find-server.ts'
import { printNote } from './print.ts'

export type Asking =
  | { readonly ok: true; readonly status: number; readonly body: unknown }
  /** Told already. */
  | { readonly ok: false; readonly exitCode: number }

/** Words of a refusal: `{ error: { message } }`. */
export function troubleOf(body: unknown): string {
  const error = (body as { readonly error?: { readonly message?: unknown } } | null)?.error
  return typeof error?.message === 'string' ? error.message : 'no reason is told'
}

/** Asks; prints a note where there is no answer, or one that shuts us out. */
export async function askServer(
  flags: ServerFlags,
  environment: Environment,
  question: Question,
): Promise<Asking> {
  const found = await findServer(flags, environment)
  if (!found.ok) {
    await printNote(`p2pstream: ${found.message}\n`)
    return { ok: false, exitCode: EXIT.input }
  }
  const answered: Answered = await ask(found.where, question)
  if (!answered.ok) {
    await printNote(`p2pstream: no server at ${whereWord(found.where)}: ${answered.why}\n`)
    return { ok: false, exitCode: EXIT.unreachable }
  }
  const { status, body } = answered
  if ([401, 403, 421, 429].includes(status)) {
    await printNote(`p2pstream: ${whereWord(found.where)} refuses: ${troubleOf(body)}\n`)
    return { ok: false, exitCode: EXIT.unreachable }
  }
  return { ok: true, status, body }
}
