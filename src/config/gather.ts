// Reads the files that a config names as bodies, and checks what is in them.
import { isAbsolute, relative, resolve } from 'node:path'
import { type Pointer, pointer } from '../base/pointer.ts'
import { readBytes, textOf } from './files.ts'
import type { Findings } from './findings.ts'
import type { Materials } from './materials.ts'
import { bodyFlaw } from './rules/body.ts'
import type { Template } from './shape.gen.ts'
import type { Sources } from './sources.ts'

export interface Gathered {
  readonly templates: Readonly<Record<string, Template>>
  readonly materials: Materials
  /** Absolute paths of what was read, or should have been. */
  readonly files: readonly string[]
}

/** More than any body may have, so that its size is told by the rule about bodies. */
const MOST_BYTES = 1024 ** 2

/** Reads every body. The path in the result starts at the main file's folder, wherever the template was written. */
export function gather(
  templates: Readonly<Record<string, Template>>,
  sources: Sources,
  holes: ReadonlySet<Pointer>,
  findings: Findings,
): Gathered {
  const files = new Map<string, Uint8Array>()
  const paths: string[] = []
  const result: Record<string, Template> = {}

  function check(kind: Template['kind'], at: Pointer, bytes: Buffer, text: string | undefined): void {
    const flaw = bodyFlaw(kind, bytes, text)
    if (flaw !== undefined) findings.add({ ...flaw, severity: 'error', at, on: 'value' })
  }

  function read(id: string, template: Template, written: string): Template {
    const at = pointer('templates', id, 'body_file')
    const { folder } = sources.ownerOf(at)
    const path = resolve(folder, written)
    const name = isAbsolute(written) || folder === sources.folder ? written : relative(sources.folder, path)
    if (holes.has(at)) {
      files.set(name, new Uint8Array())
      return { ...template, body_file: name }
    }
    paths.push(path)
    const bytes = readBytes(path, MOST_BYTES)
    if (bytes.ok) {
      files.set(name, bytes.bytes)
      check(template.kind, at, bytes.bytes, textOf(bytes.bytes))
    } else findings.value('file/unreadable', at, `${written} can't be read: ${bytes.why}`)
    return { ...template, body_file: name }
  }

  for (const [id, template] of Object.entries(templates)) {
    const { kind, body, body_file: file } = template
    if (body !== undefined) check(kind, pointer('templates', id, 'body'), Buffer.from(body), body)
    result[id] = file === undefined ? template : read(id, template, file)
  }
  return { templates: result, materials: { files }, files: paths }
}
