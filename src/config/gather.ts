// Reads the files that a config names, and checks that they hold what they should.
import { isAbsolute, relative, resolve } from 'node:path'
import { isKeyLocked, readCertificates, readPrivateKey } from '../base/pem.ts'
import { type Pointer, pointer, step, steps } from '../base/pointer.ts'
import { textOf } from './files.ts'
import type { Findings } from './findings.ts'
import type { Flaw } from './forms/form.ts'
import type { LoadRequest } from './loaded.ts'
import type { Materials } from './materials.ts'
import { type FileKind, renameFiles } from './named-files.ts'
import type { Reads } from './reads.ts'
import { bodyFlaw } from './rules/body.ts'
import { checkClientKeys } from './rules/client-key.ts'
import type { Config, Template } from './shape.gen.ts'
import type { Sources } from './sources.ts'

export interface Gathered {
  /** Paths in it start at the main file's folder, wherever they were written; those of folders are absolute. */
  readonly config: Config
  readonly materials: Materials
  /** The files that an object names, by the object's pointer. */
  readonly named: ReadonlyMap<Pointer, readonly string[]>
}

/** More than any file may have, so that a body's size is told by the rule about bodies. */
const MOST_BYTES = 1024 ** 2

interface Asked {
  readonly config: Config
  readonly sources: Sources
  readonly holes: ReadonlySet<Pointer>
  readonly request: Pick<LoadRequest, 'missingReferences' | 'now'>
  readonly reads: Reads
  readonly findings: Findings
}

/** Reads every file. One that can't be read is an error, or a note when it is a key and secrets needn't be there. */
export function gather({ config, sources, holes, request, reads, findings }: Asked): Gathered {
  const files = new Map<string, Uint8Array>()
  const named = new Map<Pointer, string[]>()

  function read(path: string, name: string, written: string, kind: FileKind, at: Pointer): void {
    if (isHole(at, holes)) {
      if (kind === 'body') files.set(name, new Uint8Array())
      return
    }
    const bytes = reads.bytes(path, MOST_BYTES)
    if (bytes.ok) {
      files.set(name, bytes.bytes)
      const flaw = PEM_FLAWS[kind]?.(bytes.bytes, written)
      if (flaw !== undefined) findings.add({ ...flaw, severity: 'error', at, on: 'value' })
      return
    }
    const severity = kind === 'key' || kind === 'client_key' ? request.missingReferences : 'error'
    const message = `${written} can't be read: ${bytes.why}`
    findings.add({ code: 'file/unreadable', severity, message, at, on: 'value' })
  }

  const renamed = renameFiles(config, (written, kind, at) => {
    const { folder } = sources.ownerOf(at)
    const path = resolve(folder, written)
    if (kind === 'folder') return path
    const name = isAbsolute(written) || folder === sources.folder ? written : relative(sources.folder, path)
    const owner = pointer(...steps(at).slice(0, 2))
    named.set(owner, [...(named.get(owner) ?? []), name])
    read(path, name, written, kind, at)
    return name
  })
  const isKnown = (at: Pointer): boolean => !isHole(at, holes)
  const materials = { files, now: request.now }
  checkClientKeys(renamed, materials, isKnown, findings)
  for (const [id, template] of Object.entries(renamed.templates)) checkBody(id, template, files, findings)
  return { config: renamed, materials, named }
}

const PEM_FLAWS: Readonly<Partial<Record<FileKind, (bytes: Buffer, written: string) => Flaw | undefined>>> = {
  certificate: (bytes, written) =>
    readCertificates(bytes) === undefined
      ? {
          code: 'file/not-certificates',
          message: `${written} holds no certificate in PEM, or one that can't be read`,
        }
      : undefined,
  key: (bytes, written) => {
    if (readPrivateKey(bytes) !== undefined) return undefined
    const why = isKeyLocked(bytes) ? 'needs a passphrase' : 'holds no private key in PEM'
    return { code: 'file/not-a-key', message: `${written} ${why}` }
  },
}

/** The one path where a list may stand has the place of the list. */
function isHole(at: Pointer, holes: ReadonlySet<Pointer>): boolean {
  return holes.has(at) || (at.endsWith('/0') && holes.has(at.slice(0, -2)))
}

function checkBody(
  id: string,
  { kind, body, body_file: file }: Template,
  files: ReadonlyMap<string, Uint8Array>,
  findings: Findings,
): void {
  const at = pointer('templates', id)
  const tell = (key: string, bytes: Buffer, text: string | undefined): void => {
    const flaw = bodyFlaw(kind, bytes, text)
    if (flaw !== undefined) findings.add({ ...flaw, severity: 'error', at: step(at, key), on: 'value' })
  }
  if (body !== undefined) tell('body', Buffer.from(body), body)
  const read = file === undefined ? undefined : files.get(file)
  if (read === undefined) return
  const bytes = Buffer.from(read.buffer, read.byteOffset, read.length)
  tell('body_file', bytes, textOf(bytes))
}
