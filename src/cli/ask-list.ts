// A whole list of the server's, which it tells page by page.
import { type Asking, askServer, troubleOf } from './ask-server.ts'
import type { Environment } from './environment.ts'
import { EXIT } from './exit-codes.ts'
import type { ServerFlags } from './find-server.ts'
import { printNote } from './print.ts'

export interface Listed<T> {
  readonly ok: true
  readonly rows: readonly T[]
  /** What runs; a reload between two pages shows as the last. */
  readonly revision: string
}

interface Page<T> {
  readonly data: readonly T[]
  readonly meta: { readonly total: number; readonly revision: string }
}

const LIMIT = 200

/** Every row; a refusal is told already. */
export async function askList<T>(
  flags: ServerFlags,
  environment: Environment,
  path: string,
  query: Readonly<Record<string, string | undefined>>,
): Promise<Listed<T> | (Asking & { readonly ok: false })> {
  const rows: T[] = []
  for (;;) {
    const words = new URLSearchParams({ limit: String(LIMIT), offset: String(rows.length) })
    for (const [name, value] of Object.entries(query)) if (value !== undefined) words.set(name, value)
    const asked = await askServer(flags, environment, { method: 'GET', path: `${path}?${words}` })
    if (!asked.ok) return asked
    if (asked.status !== 200) {
      await printNote(`p2pstream: ${troubleOf(asked.body)}\n`)
      return { ok: false, exitCode: EXIT.no }
    }
    const { data, meta } = asked.body as Page<T>
    rows.push(...data)
    if (data.length === 0 || rows.length >= meta.total) return { ok: true, rows, revision: meta.revision }
  }
}
