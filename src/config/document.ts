// The door to the YAML library: text to plain values with places. YAML 1.2, core schema, one document, no tags, no directives.
import {
  Composer,
  CST,
  isAlias,
  isMap,
  isScalar,
  isSeq,
  Lexer,
  Parser,
  parseDocument,
  type ScalarTag,
  Document as YamlDocument,
} from 'yaml'
import type { Diagnostic } from '../base/diagnostic.ts'
import type { Token } from './cst.ts'
import { openHarvest } from './harvest.ts'
import { type Lines, linesOf } from './lines.ts'
import { watchMarks } from './marks.ts'
import type { Node, Span } from './node.ts'
import { type Places, placesOf } from './places.ts'
import { openReport, type Report } from './report.ts'
import { openSegments, type Segments } from './segments.ts'
import { openTree, type Site } from './tree.ts'

export interface Document extends Places {
  /** The name people know it by. */
  readonly file: string
  /** Where relative paths in it start. */
  readonly folder: string
  /** undefined when the text isn't YAML. */
  readonly value: unknown
  readonly sites: readonly Site[]
  readonly diagnostics: readonly Diagnostic[]
  readonly lines: Lines
  readonly segments: Segments
}

const OPTIONS = {
  version: '1.2',
  schema: 'core',
  uniqueKeys: false,
  merge: false,
  logLevel: 'silent',
} as const
/** Deeper than any value may be, with room for the parser's own levels. */
const MOST_STACKED = 80
/** Lexemes between two looks at what is complete. */
const PATIENCE = 512
/** Control characters that YAML forbids; the lexer also uses some of them as marks of its own. */
const FORBIDDEN = /[\0-\x08\x0B\x0C\x0E-\x1F\x7F\uFFFE\uFFFF]/

type YamlNode = Parameters<typeof isMap>[0]

function toNode(node: YamlNode, base: number, text: string): Node {
  const [start = 0, end = start] = (node as { range?: readonly number[] } | null)?.range ?? []
  const span: Span = [start + base, start + text.slice(start, end).trimEnd().length + base]
  if (isAlias(node)) return { kind: 'alias', name: node.source, span, anchor: undefined }
  if (isMap(node)) {
    const entries = node.items.map(({ key, value }) => ({
      key: toNode(key, base, text),
      value: toNode(value, base, text),
    }))
    return { kind: 'map', entries, span, anchor: node.anchor }
  }
  if (isSeq(node)) {
    return {
      kind: 'list',
      items: node.items.map(item => toNode(item, base, text)),
      span,
      anchor: node.anchor,
    }
  }
  const scalar = isScalar(node) ? node : undefined
  return {
    kind: 'scalar',
    value: scalar?.value ?? null,
    source: scalar?.source ?? '',
    span,
    anchor: scalar?.anchor,
  }
}

/** The core schema's reading of a plain scalar. */
function coreReader(): (source: string) => unknown {
  const tags = new YamlDocument(undefined, OPTIONS).schema?.tags ?? []
  const scalars = tags.filter((tag): tag is ScalarTag => !tag.collection && tag.default === true)
  const ignore = (): void => undefined
  return source => {
    const first = source.charCodeAt(0) | 0x20
    // Words that start with a letter other than those of null, true and false are text: most values are.
    if (first > 0x60 && first < 0x7b && first !== 0x6e && first !== 0x74 && first !== 0x66) return source
    const tag = scalars.find(({ test }) => test?.test(source))
    const value = tag === undefined ? source : tag.resolve(source, ignore, { intAsBigInt: false })
    return isScalar(value) ? value.value : value
  }
}

/** The value of a plain scalar by YAML 1.2's core schema: null, booleans and numbers, else the text itself. */
export const readCore: (source: string) => unknown = coreReader()

function scalarText(token: Token): string | undefined {
  let isSound = true
  const scalar = CST.resolveAsScalar(token as CST.FlowScalar | CST.BlockScalar, true, () => {
    isSound = false
  })
  return isSound ? scalar?.value : undefined
}

/** The library's full reading of tokens; its errors and its warnings are errors. */
function compose(stream: readonly Token[], text: string, report: Report): Node | undefined {
  const [document] = new Composer(OPTIONS).compose(stream as readonly CST.Token[], true, text.length)
  if (document === undefined) return undefined
  for (const { code, message, pos } of [...document.errors, ...document.warnings]) {
    if (code === 'TAG_RESOLVE_FAILED' || code === 'BAD_DIRECTIVE') continue // told by the marks
    const help = code === 'TAB_AS_INDENT' ? 'indent with spaces' : undefined
    const told = message.charAt(0).toLowerCase() + message.slice(1)
    // What is missed at the end of the text is shown after the last thing that is there.
    const start = Math.min(pos[0], text.trimEnd().length)
    report.broken('yaml/syntax', told, start, Math.min(Math.max(pos[1], start), text.length), help)
  }
  return toNode(document.contents, 0, text)
}

/** Drives the library's lexer and parser; `pause` may look at the parser's stack, and take what is complete. */
function parse(
  text: string,
  report: Report,
  watch: (lexeme: string, offset: number, isText: boolean) => void,
  pause: (stack: readonly Token[], stream: readonly Token[]) => void,
): readonly Token[] | undefined {
  const parser = new Parser()
  const stream: Token[] = []
  let patience = PATIENCE
  let isText = false
  for (const lexeme of new Lexer().lex(text)) {
    watch(lexeme, parser.offset, isText)
    isText = lexeme === CST.SCALAR
    for (const token of parser.next(lexeme)) stream.push(token)
    if (parser.stack.length > MOST_STACKED) {
      report.broken('yaml/too-deep', 'nested more than 64 deep', parser.offset - 1, parser.offset)
      return undefined
    }
    if (--patience > 0) continue
    patience = PATIENCE
    pause(parser.stack, stream)
  }
  for (const token of parser.end()) stream.push(token)
  return stream
}

function refuseControl(text: string, report: Report): boolean {
  const at = text.search(FORBIDDEN)
  if (at === -1) return false
  const code = text.charCodeAt(at).toString(16).toUpperCase().padStart(4, '0')
  report.broken('yaml/syntax', `the control character U+${code} can't stand in YAML`, at, at + 1)
  return true
}

/** Reads a text; everything that is wrong with it as YAML stands in the document's diagnostics. */
export function readDocument(file: string, folder: string, text: string): Document {
  const lines = linesOf(file, text)
  const segments = openSegments(text.length)
  const report = openReport(lines)
  const readAll = (stream: readonly Token[]): Node | undefined => compose(stream, text, report)
  const tree = openTree({ lines, segments, core: readCore, scalar: scalarText, compose: readAll })
  const harvest = openHarvest({ tree, segments, report, compose: readAll })
  const stream = refuseControl(text, report)
    ? undefined
    : parse(text, report, watchMarks(report), harvest.some)
  const value = stream === undefined ? undefined : harvest.rest(stream)
  const places = placesOf(lines, segments, (start, end) => {
    const slice = text.slice(start, end)
    return toNode(parseDocument(slice, OPTIONS).contents, start, slice)
  })
  return {
    file,
    folder,
    value: report.isBroken() ? undefined : value,
    sites: tree.sites,
    diagnostics: [...report.diagnostics, ...tree.diagnostics],
    lines,
    segments,
    ...places,
  }
}
