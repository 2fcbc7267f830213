// Mistakes in a text that have an offset and no pointer yet: YAML that can't be read.
import type { Diagnostic } from '../base/diagnostic.ts'
import type { DiagnosticCode } from '../base/diagnostic-codes.ts'
import type { Lines } from './lines.ts'

type Tell = (code: DiagnosticCode, message: string, start: number, end: number, help?: string) => void

export interface Report {
  /** A mistake beside which the rest of the text can still be read. */
  readonly add: Tell
  /** A mistake that leaves no value. */
  readonly broken: Tell
  isBroken(): boolean
  readonly diagnostics: readonly Diagnostic[]
}

/** After so many, the rest says nothing new. */
const MOST = 100

/** An empty report; one mistake makes many complaints, so a line is told once. */
export function openReport(lines: Lines): Report {
  const diagnostics: Diagnostic[] = []
  const told = new Set<number>()
  let isBroken = false

  const add: Tell = (code, message, start, end, help) => {
    const place = lines.place(start, end)
    if (told.has(place.line) || told.size >= MOST) return
    told.add(place.line)
    diagnostics.push({
      code,
      severity: 'error',
      message,
      at: '',
      on: 'value',
      place,
      ...(help === undefined ? {} : { help }),
    })
  }

  return {
    add,
    broken(...what) {
      isBroken = true
      add(...what)
    },
    isBroken: () => isBroken,
    diagnostics,
  }
}
