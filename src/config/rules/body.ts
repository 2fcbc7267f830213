// What a template's body may hold, wherever it comes from.
import { nearest } from '../../base/suggest.ts'
import type { Flaw } from '../forms/form.ts'
import type { Template } from '../shape.gen.ts'

const PLACEHOLDERS = ['status', 'reason', 'request_id'] as const
const MOST_BYTES: Readonly<Record<Template['kind'], number>> = {
  generic_body: 64 * 1024,
  error_page: 128 * 1024,
}

/** The first placeholder that isn't one (syntax of Go's templates: `{{ .status }}`). */
export function placeholderFlaw(text: string): Flaw | undefined {
  const code = 'template/placeholder'
  for (const [match, inner, close] of text.matchAll(/\{\{([\s\S]*?)(\}\}|$)/g)) {
    const line = text.slice(0, text.indexOf(match)).split('\n').length
    if (close === '') return { code, message: `a {{ in line ${line} of the body has no }}` }
    const word = (inner ?? '').trim()
    if (PLACEHOLDERS.some(name => word === `.${name}`)) continue
    const near = nearest(word.replace(/^\./, ''), PLACEHOLDERS)
    return {
      code,
      message: `unknown placeholder "${match}" in line ${line} of the body${near === undefined ? '' : `; did you mean "{{ .${near} }}"?`}`,
      ...(near === undefined && { help: `known: ${PLACEHOLDERS.map(name => `{{ .${name} }}`).join(', ')}` }),
    }
  }
  return undefined
}

/** What is wrong with the bytes of a body. */
export function bodyFlaw(
  kind: Template['kind'],
  bytes: Uint8Array,
  text: string | undefined,
): Flaw | undefined {
  const most = MOST_BYTES[kind]
  if (bytes.length > most)
    return {
      code: 'template/too-large',
      message: `a body of kind ${kind} has at most ${most} bytes, not ${bytes.length}`,
    }
  if (kind === 'generic_body') return undefined
  return text === undefined
    ? { code: 'file/not-text', message: 'an error page is UTF-8' }
    : placeholderFlaw(text)
}
