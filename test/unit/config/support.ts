// Folders of config files for tests, and loads of them.
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { load } from '../../../src/config/load.ts'
import type { Configured, Loaded, LoadRequest } from '../../../src/config/loaded.ts'
import { NOW } from '../../support/config.ts'

export interface Folder extends Disposable {
  readonly path: string
  write(name: string, content: string | Uint8Array): string
}

/** A folder of its own, gone with its scope. */
export function makeFolder(files: Readonly<Record<string, string>> = {}): Folder {
  const path = realpathSync(mkdtempSync(join(tmpdir(), 'p2pstream-config-')))
  const write: Folder['write'] = (name, content) => {
    const file = join(path, name)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, content)
    return file
  }
  for (const [name, content] of Object.entries(files)) write(name, content)
  return { path, write, [Symbol.dispose]: () => rmSync(path, { recursive: true }) }
}

/** Loads a text that names no files. */
export function loadText(text: string, more: Partial<LoadRequest> = {}): Loaded {
  return load({
    source: { text, name: 'p2pstream.yaml' },
    environment: {},
    missingReferences: 'error',
    now: NOW,
    ...more,
  })
}

/** Loads p2pstream.yaml of a folder. */
export function loadFolder(folder: Folder, more: Partial<LoadRequest> = {}): Loaded {
  return load({
    source: { path: folder.path },
    environment: {},
    missingReferences: 'error',
    now: NOW,
    ...more,
  })
}

/** `line:column code` of every finding. */
export function codes({ outcome }: Loaded): readonly string[] {
  return outcome.diagnostics.map(({ code, place }) => `${place?.line}:${place?.column} ${code}`)
}

/** What a load gave; fails the test when it gave nothing. */
export function configured(loaded: Loaded): Configured {
  if (!loaded.outcome.ok)
    throw new Error(`not loaded: ${loaded.outcome.diagnostics.map(({ message }) => message)}`)
  return loaded.outcome.value
}
