// `${env:NAME}`, `${env:NAME:-default}`, `${file:/path}` and `$${` in scalar values, one pass.
import { resolve } from 'node:path'
import type { DiagnosticCode } from '../base/diagnostic-codes.ts'
import { type Pointer, pointer } from '../base/pointer.ts'
import { type Document, readCore } from './document.ts'
import { textOf } from './files.ts'
import type { Findings } from './findings.ts'
import type { LoadRequest } from './loaded.ts'
import type { Reads } from './reads.ts'
import { memberOf, ROOT, type Shape, typesOf } from './shape.ts'
import { standIn } from './stand-in.ts'
import { put, type Site } from './tree.ts'

export interface Interpolated {
  /** Values that a stand-in took the place of. */
  readonly holes: ReadonlySet<Pointer>
  /** Values that came from files, never shown. */
  readonly secrets: ReadonlyMap<Pointer, string>
}

/** A secret is a password or a key, not a book. */
const MOST_BYTES = 1024 ** 2
const REFERENCE = /\$\$\{|\$\{([^}]*)(\})?/g
const ENV = /^env:([A-Za-z_][A-Za-z0-9_]*)(?::-([\s\S]*))?$/

type Part = { readonly text: string; readonly isFile: boolean } | Trouble

interface Trouble {
  readonly code: DiagnosticCode
  readonly message: string
}

/** The shape of a site; undefined where the schema knows none, `literal` where `${` means nothing. */
function shapeOf(site: Site): Shape | 'literal' | 'refused' | undefined {
  let shape: Shape | undefined = ROOT
  for (const step of site.steps) {
    shape = shape && memberOf(shape, step)
    if (shape?.['x-literal']) return site.steps.length > 2 ? 'literal' : 'refused'
  }
  return shape
}

/** A whole reference gets the type that its place wants. */
function typed(text: string, shape: Shape): unknown {
  const types = typesOf(shape)
  const wantsText = types.includes('string') || shape.enum?.some(word => typeof word === 'string')
  const value = wantsText ? text : readCore(text)
  return typeof value === 'object' ? text : value
}

export interface Interpolation {
  readonly documents: readonly Document[]
  /** The merged value; sites are changed in place. */
  readonly value: unknown
  readonly environment: LoadRequest['environment']
  readonly missingReferences: LoadRequest['missingReferences']
  readonly reads: Reads
  readonly findings: Findings
}

/** Puts in every reference what it stands for. */
export function interpolate({
  documents,
  value,
  environment,
  missingReferences,
  reads,
  findings,
}: Interpolation): Interpolated {
  const holes = new Set<Pointer>()
  const secrets = new Map<Pointer, string>()
  const files = new Map<string, Part>()

  function file(path: string, written: string): Part {
    const known = files.get(path)
    if (known !== undefined) return known
    const read = reads.bytes(path, MOST_BYTES)
    const text = read.ok ? textOf(read.bytes) : undefined
    const part: Part = !read.ok
      ? { code: 'reference/unresolved', message: `${written} can't be read: ${read.why}` }
      : text === undefined
        ? { code: 'file/not-text', message: `${written} is not UTF-8` }
        : { text: text.replace(/\r?\n$/, ''), isFile: true }
    files.set(path, part)
    return part
  }

  function read(reference: string, folder: string): Part {
    const [, name, otherwise] = ENV.exec(reference) ?? []
    if (reference.includes('${')) return { code: 'reference/syntax', message: 'references do not nest' }
    if (name !== undefined) {
      const set = Object.hasOwn(environment, name) ? environment[name] : undefined
      if (otherwise !== undefined) return { text: set || otherwise, isFile: false }
      return set === undefined
        ? { code: 'reference/unresolved', message: `the environment variable "${name}" is not set` }
        : { text: set, isFile: false }
    }
    const path = reference.startsWith('file:') ? reference.slice('file:'.length) : ''
    if (path !== '' && !path.includes('\0')) return file(resolve(folder, path), path)
    return {
      code: 'reference/syntax',
      message: `"\${${reference}}" is neither \${env:NAME}, \${env:NAME:-default} nor \${file:/path}`,
    }
  }

  /** The text with everything put in, or the first trouble. */
  function replace(text: string, folder: string): Part {
    let isFile = false
    let trouble: Trouble | undefined
    const replaced = text.replace(REFERENCE, (match, reference?: string, close?: string) => {
      if (reference === undefined) return '${'
      const part: Part =
        close === undefined
          ? { code: 'reference/syntax', message: `the reference "${match.slice(0, 20)}" has no end` }
          : read(reference, folder)
      if ('code' in part) {
        trouble ??= part
        return ''
      }
      isFile ||= part.isFile === true
      return part.text
    })
    return trouble ?? { text: replaced, isFile }
  }

  function settle(site: Site, folder: string): void {
    const shape = shapeOf(site)
    if (shape === undefined || shape === 'literal') return
    const at = pointer(...site.steps)
    if (shape === 'refused') {
      findings.value('reference/not-here', at, 'no reference can stand here')
      return
    }
    const text = String((site.owner as Record<string | number, unknown>)[site.key])
    const part = replace(text, folder)
    if ('code' in part) {
      const isMissing = part.code === 'reference/unresolved'
      const severity = isMissing && missingReferences === 'note' ? 'note' : 'error'
      // A password may hold `${` by chance: it isn't repeated.
      const isHidden = part.code === 'reference/syntax' && shape['x-secret'] === true
      const message = isHidden ? 'a reference in the secret is not one' : part.message
      const help = isMissing ? undefined : '$${ writes a literal ${'
      findings.add({
        code: part.code,
        message,
        severity,
        at,
        on: 'value',
        ...(help !== undefined && { help }),
      })
      holes.add(at)
      put(site.owner, site.key, standIn(shape, holes.size, site, value))
      return
    }
    if (part.isFile) secrets.set(at, part.text)
    const isWhole = /^\$\{[^}]*\}$/.test(text)
    put(site.owner, site.key, isWhole ? typed(part.text, shape) : part.text)
  }

  for (const document of documents) for (const site of document.sites) settle(site, document.folder)
  return { holes, secrets }
}
