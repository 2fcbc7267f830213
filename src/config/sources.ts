// The files that make up one config: the main one and what it includes. Every object stays known by the file it is from.
import { realpathSync } from 'node:fs'
import { dirname, join, relative, resolve, sep } from 'node:path'
import type { Diagnostic } from '../base/diagnostic.ts'
import type { DiagnosticCode } from '../base/diagnostic-codes.ts'
import { type Pointer, pointer, steps } from '../base/pointer.ts'
import { type Document, readDocument } from './document.ts'
import { isFolder, reasonOf } from './files.ts'
import { expandGlob, isGlob } from './include.ts'
import type { LoadRequest } from './loaded.ts'
import { openMerge } from './merge.ts'
import type { Reads } from './reads.ts'
import { openShelf, type Shelf } from './shelf.ts'
import { isMap, type Values, valuesOf } from './values.ts'

export interface Sources {
  /** The main file first. */
  readonly documents: readonly Document[]
  /** Everything merged; undefined when something isn't YAML. */
  readonly value: unknown
  readonly diagnostics: readonly Diagnostic[]
  /** The folder of the main file. */
  readonly folder: string
  /** The document that holds what a pointer leads to. */
  ownerOf(at: Pointer): Document
}

function isInside(path: string, folder: string): boolean {
  return path.startsWith(folder.endsWith(sep) ? folder : folder + sep)
}

function openMain(shelf: Shelf, source: LoadRequest['source']): Document | undefined {
  if ('text' in source) return shelf.add(readDocument(source.name, resolve('.'), source.text))
  const path = isFolder(source.path) ? join(source.path, 'p2pstream.yaml') : source.path
  return shelf.open(resolve(path), path, '')
}

/** What `include` names, one path after another, relative to the main file's folder. */
function* included(main: Document, reads: Reads): Generator<readonly [path: string, at: Pointer]> {
  const patterns = valuesOf(main.value)['include']
  if (!Array.isArray(patterns)) return
  for (const [index, pattern] of patterns.entries()) {
    const at = pointer('include', index)
    if (typeof pattern !== 'string' || pattern === '' || pattern.includes('${')) continue // told with the shape
    if (!isGlob(pattern)) {
      yield [pattern, at]
      continue
    }
    for (const path of expandGlob(main.folder, pattern, reads)) yield [path, at]
  }
}

function openIncluded(
  shelf: Shelf,
  reads: Reads,
  main: Document,
  written: string,
  at: Pointer,
): Document | undefined {
  const refuse = (code: DiagnosticCode, message: string): undefined => {
    shelf.tell({ code, severity: 'error', message, at, on: 'value' })
  }
  const path = resolve(main.folder, written)
  let real: string
  try {
    real = realpathSync(path)
  } catch (error) {
    reads.miss(path, error)
    return refuse('include/missing', `"${written}" can't be included: ${reasonOf(error)}`)
  }
  if (!isInside(real, realpathSync(main.folder)))
    return refuse('include/outside', `"${written}" is outside of the main file's folder`)
  if (shelf.has(real)) return undefined // Two patterns may name one file, and a glob the main file.
  return shelf.open(path, join(dirname(main.file), relative(main.folder, path)), at)
}

/** Opens the main file and everything it includes. */
export function openSources(source: LoadRequest['source'], reads: Reads): Sources {
  const shelf = openShelf(reads)
  const main = openMain(shelf, source)
  if (main === undefined) {
    const nothing = readDocument('path' in source ? source.path : source.name, resolve('.'), '')
    const { documents, diagnostics } = shelf
    return {
      documents,
      value: undefined,
      diagnostics,
      folder: nothing.folder,
      ownerOf: () => nothing,
    }
  }
  const merge = openMerge(main, shelf.tell)
  for (const [path, at] of included(main, reads)) {
    const document = openIncluded(shelf, reads, main, path, at)
    if (document?.value !== undefined) merge.add(document)
  }
  const isReadable = shelf.documents.every(document => document.value !== undefined)
  const whole: Values | unknown = isMap(main.value) ? merge.value : (main.value ?? {})
  return {
    documents: shelf.documents,
    value: isReadable ? whole : undefined,
    diagnostics: shelf.diagnostics,
    folder: main.folder,
    ownerOf(at) {
      const [collection, id] = steps(at)
      return (id !== undefined && merge.origins.get(pointer(collection ?? '', id))) || main
    },
  }
}
