// What would happen to one request: the running code, without a server.
import { isIP } from 'node:net'
import { systemClock } from '../base/clock.ts'
import { hasErrors } from '../base/diagnostic.ts'
import { systemRandom } from '../base/random.ts'
import type { LoadRequest } from '../config/loaded.ts'
import { explain } from '../engine/explain.ts'
import type { Field } from '../http/edits.ts'
import { check, placesOf } from './check.ts'
import { EXIT } from './exit-codes.ts'
import { explainLive } from './explain-live.ts'
import type { ServerFlags } from './find-server.ts'
import { printNote, printResult } from './print.ts'
import { diagnosticsAsText } from './print-diagnostics.ts'
import { explanationJson, explanationText, pointersOf } from './print-explanation.ts'
import { findSource } from './source.ts'
import { UsageError } from './usage.ts'

export interface ExplainFlags extends ServerFlags {
  /** Asks the running server. */
  readonly live: boolean
  readonly method: string
  readonly url: string
  /** `Name: value`, as written. */
  readonly headers: readonly string[]
  /** An IP address, or `unix`. */
  readonly from: string | undefined
  readonly listener: string | undefined
  readonly format: 'text' | 'json'
  /** For the findings of an invalid file. */
  readonly colors: boolean
}

function fieldOf(text: string): Field {
  const colon = text.indexOf(':')
  if (colon < 1) throw new UsageError(`-H "${text}" is no field; write 'Name: value'`)
  return [text.slice(0, colon), text.slice(colon + 1).trim()]
}

function addressOf(from: string): string {
  if (from === 'unix') return ''
  if (isIP(from) === 0) throw new UsageError(`--from "${from}" is no IP address (and not the word unix)`)
  return from
}

/** `p2pstream explain`: 0 when a route takes the request or its listener redirects it, 1 when none does or the file is invalid. */
export async function explainRequest(
  flags: ExplainFlags,
  environment: LoadRequest['environment'],
): Promise<number> {
  const { method, url } = flags
  const request = {
    method,
    url,
    fields: flags.headers.map(fieldOf),
    from: addressOf(flags.from ?? '127.0.0.1'),
  }
  if (flags.live) return explainLive(request, flags, environment)
  const clock = systemClock()
  const found = await findSource(flags.config)
  if (!found.ok) {
    await printNote(`p2pstream: ${found.message}\n`)
    return EXIT.input
  }
  const { loaded, snapshot, diagnostics } = check({
    source: found.source,
    environment,
    missingReferences: 'note',
    now: clock.wall(),
  })
  if (snapshot === undefined) {
    const wrong = diagnostics.filter(diagnostic => hasErrors([diagnostic]))
    await printNote(diagnosticsAsText(wrong, loaded.frame, flags.colors))
    return EXIT.no
  }
  const explanation = explain(snapshot, request, flags.listener, { clock, random: systemRandom() })
  if (explanation.kind === 'no_listener') {
    await printNote(`p2pstream: ${explanation.why}\n`)
    return EXIT.no
  }
  const places = placesOf(loaded, pointersOf(explanation))
  await printResult((flags.format === 'json' ? explanationJson : explanationText)(explanation, places))
  const isAnswered = explanation.route !== undefined || explanation.outcome.kind === 'redirect'
  return isAnswered ? EXIT.yes : EXIT.no
}
