// What somebody types, or pipes in, as one line.
import { createInterface } from 'node:readline'

/** The first line of stdin, without its end; `''` when there is none. */
export async function firstLine(): Promise<string> {
  const lines = createInterface({ input: process.stdin, terminal: false })
  try {
    for await (const line of lines) return line
    return ''
  } finally {
    lines.close()
    process.stdin.destroy()
  }
}
