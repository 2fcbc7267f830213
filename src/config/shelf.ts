// The files of one config as they are opened: each once, all together within bounds.
import { realpathSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Diagnostic } from '../base/diagnostic.ts'
import type { DiagnosticCode } from '../base/diagnostic-codes.ts'
import type { Pointer } from '../base/pointer.ts'
import { type Document, readDocument } from './document.ts'
import { textOf } from './files.ts'
import type { Reads } from './reads.ts'

export interface Shelf {
  /** In the order of opening. */
  readonly documents: readonly Document[]
  readonly diagnostics: readonly Diagnostic[]
  add(document: Document): Document
  /** Opens a file that people know as `shown`; `at` is what asks for it, empty for the main file. */
  open(path: string, shown: string, at: Pointer): Document | undefined
  /** Whether a file is open, by its real path. */
  has(real: string): boolean
  tell(diagnostic: Diagnostic): void
}

/** All files together. */
const MOST_BYTES = 64 * 1024 ** 2

/** An empty shelf. */
export function openShelf(reads: Reads): Shelf {
  const documents: Document[] = []
  const diagnostics: Diagnostic[] = []
  const real = new Set<string>()
  let left = MOST_BYTES

  function add(document: Document): Document {
    documents.push(document)
    diagnostics.push(...document.diagnostics)
    return document
  }

  function open(path: string, shown: string, at: Pointer): Document | undefined {
    const start = { file: shown, line: 1, column: 1, endLine: 1, endColumn: 2 }
    const refuse = (code: DiagnosticCode, message: string): void => {
      diagnostics.push({
        code,
        severity: 'error',
        message,
        at,
        on: 'value',
        ...(at === '' && { place: start }),
      })
    }
    const read = reads.bytes(path, left, at === '')
    if (!read.ok) {
      if (read.isTooLarge) refuse('yaml/too-large', 'all files together are larger than 64 MiB')
      else refuse('file/unreadable', `${shown} can't be read: ${read.why}`)
      return undefined
    }
    real.add(realpathSync(path))
    left -= read.bytes.length
    const text = textOf(read.bytes)
    if (text !== undefined) return add(readDocument(shown, dirname(path), text))
    refuse('yaml/encoding', `${shown} is not UTF-8`)
    return undefined
  }

  return {
    documents,
    diagnostics,
    add,
    open,
    has: path => real.has(path),
    tell: diagnostic => void diagnostics.push(diagnostic),
  }
}
