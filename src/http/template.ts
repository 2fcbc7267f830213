// Response templates, parsed once. Placeholders are `{{ .name }}`; values are escaped for HTML and never read again.

export interface ErrorPage {
  readonly contentType: string
  /** `reason` is the status' standard phrase. */
  render(values: { readonly status: number; readonly reason: string; readonly requestId: string }): Uint8Array
}

/** Chosen for answers we make ourselves: the exact status first, then its class. */
export interface ErrorPages {
  find(status: number): ErrorPage | undefined
}

const PLACEHOLDERS = ['status', 'reason', 'request_id'] as const
type Placeholder = (typeof PLACEHOLDERS)[number]

export interface ParsedTemplate {
  /** Text and placeholders in turn; the first is text. */
  readonly parts: readonly (string | { readonly name: Placeholder })[]
  /** What stands between braces and isn't a placeholder we know, once each. */
  readonly unknown: readonly string[]
}

/** Parses the text of an `error_page` template. */
export function parseTemplate(text: string): ParsedTemplate {
  const parts: (string | { readonly name: Placeholder })[] = []
  const unknown = new Set<string>()
  let end = 0
  for (const found of text.matchAll(/\{\{([^{}]*)\}\}/g)) {
    const inner = (found[1] ?? '').trim()
    const name = PLACEHOLDERS.find(placeholder => inner === `.${placeholder}`)
    if (name === undefined) {
      unknown.add(inner)
      continue
    }
    parts.push(text.slice(end, found.index), { name })
    end = found.index + found[0].length
  }
  return { parts: [...parts, text.slice(end)], unknown: [...unknown] }
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&#34;',
  "'": '&#39;',
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, char => ESCAPES[char] ?? '')
}

/** A page that renders a parsed template. */
export function errorPage(template: ParsedTemplate, contentType: string): ErrorPage {
  const { parts } = template
  return Object.freeze({
    contentType,
    render(values: { readonly status: number; readonly reason: string; readonly requestId: string }) {
      const { status, reason, requestId } = values
      const texts: Readonly<Record<Placeholder, string>> = {
        status: String(status),
        reason: escapeHtml(reason),
        request_id: escapeHtml(requestId),
      }
      return Buffer.from(parts.map(part => (typeof part === 'string' ? part : texts[part.name])).join(''))
    },
  })
}

/** Pages by written key, `502` or `5xx`; undefined without any. */
export function errorPages(pages: ReadonlyMap<string, ErrorPage>): ErrorPages | undefined {
  if (pages.size === 0) return undefined
  return Object.freeze({
    find: (status: number) => pages.get(String(status)) ?? pages.get(`${Math.floor(status / 100)}xx`),
  })
}
