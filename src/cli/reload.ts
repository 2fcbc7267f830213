// Has a running server read its file now.
import { hearDiagnostic } from '../base/told-diagnostic.ts'
import { askServer, troubleOf } from './ask-server.ts'
import type { Environment } from './environment.ts'
import { EXIT } from './exit-codes.ts'
import type { ServerFlags } from './find-server.ts'
import { printNote, printResult } from './print.ts'
import { diagnosticsAsText } from './print-diagnostics.ts'

export interface ReloadFlags extends ServerFlags {
  readonly wait: boolean
  readonly format: 'text' | 'json'
  readonly colors: boolean
}

/** What `POST /-/reload` says. */
interface Reloaded {
  readonly result?: string
  readonly generation?: number
  readonly took_ms?: number
  readonly findings?: readonly (Readonly<Record<string, unknown>> & { readonly frame?: string })[]
}

/** A load of 100,000 routes takes seconds, and another may come first. */
const PATIENCE = 300_000

const RESULTS: Readonly<Record<string, string>> = {
  accepted: 'the server reads its file',
  applied: 'the file is live',
  unchanged: 'the file means what already runs',
  rejected: 'the file can not be used; what ran before goes on',
  failed: 'a mistake of this program; the log of the server tells more',
}

/** For people: what was found, then how it ended. */
export function reloadedText({ result = '', generation, findings = [] }: Reloaded, colors: boolean): string {
  const diagnostics = findings.map(hearDiagnostic)
  const frames = new Map(diagnostics.map(({ place }, at) => [place, findings[at]?.frame]))
  const told = generation === undefined ? '' : `, generation ${generation}`
  return `${diagnosticsAsText(diagnostics, place => frames.get(place), colors)}${RESULTS[result] ?? result}${told}\n`
}

/** `p2pstream reload`: 0 when the file runs (or, without `--wait`, is being read), 1 when it can't, or somebody else's reload is under way. */
export async function reload(flags: ReloadFlags, environment: Environment): Promise<number> {
  const asked = await askServer(flags, environment, {
    method: 'POST',
    path: flags.wait ? '/-/reload' : '/-/reload?wait=false',
    timeout: PATIENCE,
  })
  if (!asked.ok) return asked.exitCode
  if (asked.status === 409) {
    await printNote(`p2pstream: ${troubleOf(asked.body)}\n`)
    return EXIT.no
  }
  await printResult(
    flags.format === 'json'
      ? `${JSON.stringify(asked.body, undefined, 2)}\n`
      : reloadedText(asked.body as Reloaded, flags.colors),
  )
  if (asked.status >= 500) return EXIT.ourFault
  return asked.status < 400 ? EXIT.yes : EXIT.no
}
