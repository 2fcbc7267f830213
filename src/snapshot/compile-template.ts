// Templates, compiled: bytes for static targets, pages for errors.

import type { Materials } from '../config/materials.ts'
import type { Template as WrittenTemplate } from '../config/shape.gen.ts'
import { type ErrorPage, type ErrorPages, errorPage, errorPages, parseTemplate } from '../http/template.ts'
import type { Body } from '../upstream/static-answer.ts'

export interface Template extends Body {
  /** Of the content and of the file it names. */
  readonly hash: string
  /** Of kind `error_page`. */
  readonly page: ErrorPage | undefined
}

/** Compiles one template; its file was read before. */
export function compileTemplate(written: WrittenTemplate, materials: Materials, hash: string): Template {
  const bytes = bytesOf(written, materials)
  const contentType = written.content_type
  const page =
    written.kind === 'error_page'
      ? errorPage(parseTemplate(Buffer.from(bytes).toString('utf8')), contentType)
      : undefined
  return Object.freeze({ hash, contentType, bytes, page })
}

function bytesOf(written: WrittenTemplate, materials: Materials): Uint8Array {
  if (written.body !== undefined) return Buffer.from(written.body, 'utf8')
  return materials.files.get(written.body_file ?? '') ?? new Uint8Array(0)
}

/** The pages that a route or a listener names; undefined when it names none. */
export function compilePages(
  written: Readonly<Record<string, string>>,
  templates: ReadonlyMap<string, Template>,
): ErrorPages | undefined {
  const pages = new Map<string, ErrorPage>()
  for (const [key, id] of Object.entries(written)) {
    const page = templates.get(id)?.page
    if (page !== undefined) pages.set(key, page)
  }
  return errorPages(pages)
}
