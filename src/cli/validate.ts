// Every mistake in the file, found as a server would find it: offline, without secrets, without opening a port.
import { systemClock } from '../base/clock.ts'
import type { Diagnostic, Severity } from '../base/diagnostic.ts'
import type { LoadRequest } from '../config/loaded.ts'
import { check } from './check.ts'
import { EXIT } from './exit-codes.ts'
import { printNote, printResult } from './print.ts'
import { diagnosticsAsGithub, diagnosticsAsJson, diagnosticsAsText, type Frame } from './print-diagnostics.ts'
import { findSource } from './source.ts'

export interface ValidateFlags {
  readonly config: string | undefined
  readonly format: 'text' | 'json' | 'github'
  readonly failOn: 'error' | 'warning'
  readonly requireSecrets: boolean
  readonly colors: boolean
}

function summary(name: string, diagnostics: readonly Diagnostic[]): string {
  const count = (severity: Severity, word: string): string => {
    const many = diagnostics.filter(diagnostic => diagnostic.severity === severity).length
    return many === 0 ? '' : `${many} ${word}${many === 1 ? '' : 's'}`
  }
  const told = [count('error', 'error'), count('warning', 'warning'), count('note', 'note')].filter(
    text => text !== '',
  )
  return `${name}: ${told.length === 0 ? 'valid' : told.join(', ')}\n`
}

function formatted(
  diagnostics: readonly Diagnostic[],
  frame: Frame,
  name: string,
  flags: ValidateFlags,
): string {
  switch (flags.format) {
    case 'json':
      return diagnosticsAsJson(diagnostics)
    case 'github':
      return diagnosticsAsGithub(diagnostics)
    case 'text':
      return diagnosticsAsText(diagnostics, frame, flags.colors) + summary(name, diagnostics)
  }
}

/** `p2pstream validate`: 0 when nothing reaches `failOn`, else 1. */
export async function validate(
  flags: ValidateFlags,
  environment: LoadRequest['environment'],
): Promise<number> {
  const found = await findSource(flags.config)
  if (!found.ok) {
    await printNote(`p2pstream: ${found.message}\n`)
    return EXIT.input
  }
  const missingReferences = flags.requireSecrets ? 'error' : 'note'
  const { loaded, diagnostics } = check({
    source: found.source,
    environment,
    missingReferences,
    now: systemClock().wall(),
  })
  await printResult(formatted(diagnostics, loaded.frame, found.name, flags))
  const failing: readonly Severity[] = flags.failOn === 'warning' ? ['error', 'warning'] : ['error']
  return diagnostics.some(({ severity }) => failing.includes(severity)) ? EXIT.no : EXIT.yes
}
