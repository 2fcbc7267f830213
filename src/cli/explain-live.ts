// What the running server would do with a request now: the same explanation, on the State that it stands on.
import type { Explanation } from '../engine/explanation.ts'
import type { MadeUpRequest } from '../engine/made-up.ts'
import { askServer, troubleOf } from './ask-server.ts'
import { columns } from './columns.ts'
import type { Environment } from './environment.ts'
import { EXIT } from './exit-codes.ts'
import type { ServerFlags } from './find-server.ts'
import { livePlaces } from './live-places.ts'
import type { TargetRow } from './live-rows.ts'
import { printNote, printResult } from './print.ts'
import { explanationJson, explanationText, pointersOf } from './print-explanation.ts'
import { busyness, standingOf } from './print-live.ts'

export interface LiveFlags extends ServerFlags {
  readonly listener: string | undefined
  readonly format: 'text' | 'json'
}

interface Told {
  readonly generation: number
  readonly revision: string
  readonly explanation: Explanation
  readonly targets: readonly TargetRow[]
}

function nowText({ generation, targets }: Told): string {
  const rows = targets.map(target => [target.name, standingOf(target), busyness(target)])
  const lines = targets.length === 0 ? [] : ['', 'targets now', ...columns(rows)]
  return `${[...lines, '', `by the server's generation ${generation}`].join('\n')}\n`
}

/** `p2pstream explain --live`: exit codes as without. */
export async function explainLive(
  request: MadeUpRequest,
  flags: LiveFlags,
  environment: Environment,
): Promise<number> {
  const { method, url, fields, from } = request
  const body = { method, url, headers: fields, from, listener: flags.listener }
  const asked = await askServer(flags, environment, { method: 'POST', path: '/api/explain', body })
  if (!asked.ok) return asked.exitCode
  if (asked.status !== 200) {
    await printNote(`p2pstream: ${troubleOf(asked.body)}\n`)
    return EXIT.no
  }
  const told = asked.body as Told
  const { explanation } = told
  if (explanation.kind === 'no_listener') {
    await printNote(`p2pstream: ${explanation.why}\n`)
    return EXIT.no
  }
  const places = await livePlaces(flags.config, environment, told.revision, pointersOf(explanation))
  await printResult(
    flags.format === 'json'
      ? explanationJson(explanation, places, { generation: told.generation, live: told.targets })
      : explanationText(explanation, places) + nowText(told),
  )
  const isAnswered = explanation.route !== undefined || explanation.outcome.kind === 'redirect'
  return isAnswered ? EXIT.yes : EXIT.no
}
