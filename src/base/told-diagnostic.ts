// A diagnostic as programs get it (design `surfaces`, "Diagnostics"), and back again.
import type { Diagnostic, Place, Related } from './diagnostic.ts'

type Told = Readonly<Record<string, unknown>>

function placeFields(place: Place | undefined): Told {
  if (place === undefined) return {}
  const { file, line, column, endLine, endColumn } = place
  return { file, line, column, endLine, endColumn }
}

/** `{ code, severity, message, pointer, file, line, column, endLine, endColumn, help, related }`. */
export function tellDiagnostic({ code, severity, message, at, help, place, related = [] }: Diagnostic): Told {
  return {
    code,
    severity,
    message,
    pointer: at,
    ...placeFields(place),
    ...(help !== undefined && { help }),
    related: related.map(other => ({
      message: other.message,
      pointer: other.at,
      ...placeFields(other.place),
    })),
  }
}

function placeOf({ file, line, column, endLine, endColumn }: Told): Pick<Diagnostic, 'place'> {
  if (typeof file !== 'string') return {}
  return {
    place: {
      file,
      line: Number(line),
      column: Number(column),
      endLine: Number(endLine),
      endColumn: Number(endColumn),
    },
  }
}

/** What was told, as a diagnostic that can be printed. */
export function hearDiagnostic(told: Told): Diagnostic {
  const related = (told['related'] ?? []) as readonly Told[]
  return {
    code: String(told['code']) as Diagnostic['code'],
    severity: String(told['severity']) as Diagnostic['severity'],
    message: String(told['message']),
    at: String(told['pointer'] ?? ''),
    on: 'value',
    ...placeOf(told),
    ...(told['help'] === undefined ? {} : { help: String(told['help']) }),
    related: related.map(
      (other): Related => ({
        at: String(other['pointer'] ?? ''),
        on: 'value',
        message: String(other['message']),
        ...placeOf(other),
      }),
    ),
  }
}
