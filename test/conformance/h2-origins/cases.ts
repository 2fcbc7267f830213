// The data files of what origins may answer over HTTP/2, each case with what a visitor of HTTP/1.1 gets.
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { type Step, stepOf, type WrittenStep } from '../h2/words.ts'

interface Written {
  readonly case: string
  readonly rule: string
  readonly class?: string
  readonly method?: string
  readonly send: readonly WrittenStep[]
  /** A status; `cut` behind it when the response is visibly incomplete. Of a list, any will do. */
  readonly visitor: string | number | readonly (string | number)[]
  readonly body?: string
  readonly has?: readonly string[]
  readonly lacks?: readonly string[]
  readonly trailers?: readonly string[]
  /** How often the origin may be asked. */
  readonly asked?: number
}

export interface OriginCase extends Omit<Written, 'send' | 'visitor'> {
  steps(stream: number): readonly Step[]
  readonly visitor: readonly string[]
  readonly method: string
}

export function readCases(file: string): readonly OriginCase[] {
  const written: readonly Written[] = parse(readFileSync(new URL(file, import.meta.url), 'utf8'))
  return written.map(one => ({
    ...one,
    method: one.method ?? 'GET',
    steps: stream => one.send.map(step => stepOf(step, 'http', stream)),
    visitor: [one.visitor].flat().map(String),
  }))
}
