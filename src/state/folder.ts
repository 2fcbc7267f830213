// Small secrets in a folder of files: readable by us alone, and never half-written.
import { mkdir, open, readFile, rename, unlink } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** The text of a file; undefined when there is none that can be read. */
export async function readSecret(folder: string, name: string): Promise<string | undefined> {
  return readFile(join(folder, name), 'utf8').catch(() => undefined)
}

/** Puts a file there, whole or not at all; rejects with the system's error. */
export async function writeSecret(folder: string, name: string, text: string): Promise<void> {
  const path = join(folder, name)
  const draft = `${path}.new`
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  await unlink(draft).catch(() => undefined)
  const file = await open(draft, 'wx', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(draft, path)
}
