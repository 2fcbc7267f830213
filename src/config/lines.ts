// Offsets of a text as lines and columns, both counted from 1.
import type { Place } from '../base/diagnostic.ts'

export interface Lines {
  /** The place of `[start, end)`; an empty range becomes one column wide. */
  place(start: number, end: number): Place
  /** The offset at which a line starts; past the last line, the length of the text. */
  startOf(line: number): number
  /** The line that holds an offset. */
  lineAt(offset: number): number
  /** A line without its end. */
  text(line: number): string
}

/** Indexes the lines of a text, named `file` in places. The index is made when first asked for. */
export function linesOf(file: string, text: string): Lines {
  let index: Uint32Array | undefined

  function starts(): Uint32Array {
    if (index !== undefined) return index
    const found = [0]
    for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) found.push(at + 1)
    index = Uint32Array.from(found)
    return index
  }

  function lineAt(offset: number): number {
    const all = starts()
    let low = 0
    let high = all.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((all[middle] ?? 0) <= offset) low = middle
      else high = middle - 1
    }
    return low + 1
  }

  const startOf = (line: number): number => starts()[line - 1] ?? text.length

  return {
    lineAt,
    startOf,
    place(start, end) {
      const line = lineAt(start)
      const endLine = end > start ? lineAt(end) : line
      const endColumn = (end > start ? end : start + 1) - startOf(endLine) + 1
      return { file, line, column: start - startOf(line) + 1, endLine, endColumn }
    },
    text(line) {
      const end = text.indexOf('\n', startOf(line))
      return text.slice(startOf(line), end === -1 ? text.length : end).replace(/\r$/, '')
    },
  }
}
