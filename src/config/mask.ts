// A line of a file as it may be shown: what is a secret, or looks like one under a key we don't know, becomes asterisks.
import type { Document } from './document.ts'
import { keyText, type Node, type Span } from './node.ts'
import { memberOf, type Shape, shapeAt } from './shape.ts'

const SECRET_WORD = /pass(word|wd|phrase)?|secret|token|credential|api_?key|private_?key/i
/** In a text that isn't YAML there are no keys to go by. */
const SECRET_LINE = /((?:pass|secret|token|credential|api_?key|private_?key)\w*["']?\s*[:=]\s*)(\S.*)$/gi

/** The spans of secret scalars under a node; `shape` is undefined where the schema knows nothing. */
function secretsIn(node: Node, shape: Shape | undefined, isSecret: boolean): readonly Span[] {
  if (node.kind === 'scalar' || node.kind === 'alias') return isSecret ? [node.span] : []
  if (node.kind === 'list') {
    return node.items.flatMap((item, index) => secretsIn(item, shape && memberOf(shape, index), isSecret))
  }
  return node.entries.flatMap(({ key, value }) => {
    const name = keyText(key) ?? ''
    const inner = shape && memberOf(shape, name)
    const looksSecret = inner === undefined && SECRET_WORD.test(name)
    return secretsIn(value, inner, isSecret || looksSecret || inner?.['x-secret'] === true)
  })
}

function hide(line: string, start: number, [from, to]: Span): string {
  const first = Math.max(from - start, 0)
  const last = Math.min(to - start, line.length)
  return first >= last ? line : line.slice(0, first) + '*'.repeat(last - first) + line.slice(last)
}

/** Credentials in a URL, wherever they stand. */
function hideUsers(line: string): string {
  return line.replaceAll(
    /(:\/\/)([^\s/?#'"@]+)(?=@)/g,
    (_, slashes: string, user: string) => slashes + '*'.repeat(user.length),
  )
}

/** A line, with its secrets masked. */
export function maskedLine(document: Document, line: number): string {
  return hideUsers(withoutSecrets(document, line))
}

function withoutSecrets(document: Document, line: number): string {
  const text = document.lines.text(line)
  if (document.value === undefined)
    return text.replaceAll(SECRET_LINE, (_, key: string, value: string) => key + '*'.repeat(value.length))
  const start = document.lines.startOf(line)
  return document
    .around(start, start + text.length + 1)
    .flatMap(({ node, path }) => secretsIn(node, shapeAt(path), false))
    .reduce((shown, span) => hide(shown, start, span), text)
}
