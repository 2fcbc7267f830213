// Diagnostics for people, for programs and for GitHub. Data in, text out; who writes it where is decided elsewhere.
import type { Diagnostic, Place, Severity } from '../base/diagnostic.ts'
import { tellDiagnostic } from '../base/told-diagnostic.ts'

/** The first line of a place as it may be shown, secrets masked; undefined when there is none to show. */
export type Frame = (place: Place) => string | undefined

/** The widest piece of a source line that is shown. */
const WIDEST = 160
const COLOURS: Readonly<Record<Severity, string>> = { error: '31', warning: '33', note: '36' }

/** Control characters could move the cursor of whoever reads this. */
function tame(text: string): string {
  return text.replaceAll(/[\0-\x08\x0A-\x1F\x7F-\x9F]/g, '\uFFFD')
}

function placeText({ file, line, column }: Place): string {
  return `${file}:${line}:${column}`
}

/** The line and the carets under it; of a very long line the part around the place. */
function picture(place: Place, source: string): readonly string[] {
  const start = place.column - 1
  const end = place.endLine === place.line ? place.endColumn - 1 : source.length
  const from = source.length <= WIDEST ? 0 : Math.max(0, Math.min(start - 40, source.length - WIDEST))
  const shown = source.slice(from, from + WIDEST)
  const width = Math.max(1, Math.min(end - from, shown.length) - (start - from))
  const indent = shown.slice(0, start - from).replaceAll(/[^\t]/g, ' ')
  const number = String(place.line).padStart(5)
  return [`${number} | ${tame(shown)}`, `${' '.repeat(number.length)} | ${indent}${'^'.repeat(width)}`]
}

function textOf(
  diagnostic: Diagnostic,
  frame: Frame,
  paint: (text: string, colour: string) => string,
): string {
  const { code, severity, message, help, place, related = [] } = diagnostic
  const colour = COLOURS[severity]
  const head = place === undefined ? '' : `${paint(tame(placeText(place)), '1')} `
  const source = place && frame(place)
  const [line, carets] = place === undefined || source === undefined ? [] : picture(place, source)
  return [
    `${head}${paint(severity, colour)} ${code}  ${tame(message)}`,
    ...(line === undefined || carets === undefined ? [] : [line, paint(carets, colour)]),
    ...(help === undefined ? [] : [`      = help: ${tame(help)}`]),
    ...related.map(
      other => `      = ${other.place ? `${tame(placeText(other.place))} ` : ''}${tame(other.message)}`,
    ),
  ].join('\n')
}

/** For people: each finding with its line and a caret. Ends in a line end, unless there is nothing to tell. */
export function diagnosticsAsText(diagnostics: readonly Diagnostic[], frame: Frame, colour: boolean): string {
  const paint = (text: string, code: string): string => (colour ? `\u001B[${code}m${text}\u001B[0m` : text)
  return diagnostics.map(diagnostic => `${textOf(diagnostic, frame, paint)}\n`).join('')
}

/** For programs: an array of objects with the names of the design's `Diagnostics`. */
export function diagnosticsAsJson(diagnostics: readonly Diagnostic[]): string {
  return `${JSON.stringify(diagnostics.map(tellDiagnostic), null, 2)}\n`
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
}

/** For GitHub's log: a workflow command for each finding, which it shows at the line. */
export function diagnosticsAsGithub(diagnostics: readonly Diagnostic[]): string {
  const commands: Readonly<Record<Severity, string>> = { error: 'error', warning: 'warning', note: 'notice' }
  return diagnostics
    .map(({ code, severity, message, help, place }) => {
      const where =
        place === undefined
          ? []
          : [
              `file=${escapeProperty(place.file)}`,
              `line=${place.line}`,
              `endLine=${place.endLine}`,
              `col=${place.column}`,
              `endColumn=${place.endColumn}`,
            ]
      const told = help === undefined ? message : `${message} (${help})`
      return `::${commands[severity]} ${[...where, `title=${escapeProperty(code)}`].join(',')}::${escapeData(told)}\n`
    })
    .join('')
}
