// Why a server doesn't start, told to whoever starts it.
import { hasErrors } from '../base/diagnostic.ts'
import type { LoadResult } from '../reload/status.ts'
import { EXIT } from './exit-codes.ts'
import { printNote } from './print.ts'
import { diagnosticsAsText } from './print-diagnostics.ts'

/** Prints what a first load found, and returns the exit code that goes with it. */
export async function printRefusal(result: LoadResult, colors: boolean): Promise<number> {
  if (result.kind === 'failed') {
    const { error } = result
    await printNote(`p2pstream: ${error instanceof Error ? error.stack : String(error)}\n`)
    return EXIT.ourFault
  }
  const diagnostics = result.findings.map(({ diagnostic }) => diagnostic)
  const frames = new Map(result.findings.map(({ diagnostic, frame }) => [diagnostic.place, frame]))
  const text = diagnosticsAsText(diagnostics, place => frames.get(place), colors)
  const errors = diagnostics.filter(diagnostic => hasErrors([diagnostic])).length
  await printNote(`${text}p2pstream: not started, ${errors === 1 ? 'one error' : `${errors} errors`}\n`)
  return EXIT.config
}
