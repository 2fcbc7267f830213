// Marks that a config doesn't use or uses in moderation, seen on the way into the parser, where their offset is known.
import type { Report } from './report.ts'

const MOST_ALIASES = 100

/** Looks at one lexeme after another; `isText` tells that it is a scalar, whatever it starts with. */
export function watchMarks(report: Report): (lexeme: string, offset: number, isText: boolean) => void {
  let aliases = 0
  return (lexeme, offset, isText) => {
    const first = lexeme.charCodeAt(0)
    if (isText || (first !== 0x21 && first !== 0x25 && first !== 0x2a)) return
    const end = offset + lexeme.trimEnd().length
    if (first === 0x21) report.add('yaml/tag', `tags aren't used here: "${lexeme}"`, offset, end)
    else if (first === 0x25) {
      report.add(
        'yaml/directive',
        "directives aren't used here",
        offset,
        end,
        'the file is YAML 1.2 without one',
      )
    } else if (++aliases === MOST_ALIASES + 1) {
      report.broken('yaml/alias', `more than ${MOST_ALIASES} aliases`, offset, end)
    }
  }
}
