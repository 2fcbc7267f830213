// The data files of what visitors may send over HTTP/2, each case with what has to come of it.
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { type Step, stepOf, type WrittenStep } from './words.ts'

/** What an origin got. */
export interface Expected {
  readonly line: string
  readonly body?: string
  /** Its end may have overtaken it, so that nothing of it came. */
  readonly maybe?: boolean
  /** false: cut short, or so soon that nothing of it came. */
  readonly complete?: boolean
  /** Field lines that must stand there, as `name: value`. */
  readonly has?: readonly string[]
  /** Names that must not. */
  readonly lacks?: readonly string[]
  readonly trailers?: readonly string[]
}

interface Written {
  readonly case: string
  readonly rule: string
  readonly class?: string
  readonly settings?: Readonly<Record<number, number>>
  /** Sends neither preface nor SETTINGS. */
  readonly bare?: boolean
  readonly send: readonly WrittenStep[]
  /** By stream: the outcome, or those that will do. */
  readonly streams?: Readonly<Record<number, string | number | readonly (string | number)[]>>
  /** `open` unless said. */
  readonly connection?: string | readonly string[]
  /** What reaches the origin, in order: nothing unless said. */
  readonly origin?: readonly (string | Expected)[]
}

export interface H2Case {
  readonly name: string
  /** The clause that asks for it. */
  readonly rule: string
  /** The kind of attack that it belongs to. */
  readonly attack: string | undefined
  readonly settings: Readonly<Record<number, number>> | undefined
  steps(scheme: 'http' | 'https'): readonly Step[]
  readonly streams: ReadonlyMap<number, readonly string[]>
  readonly connection: readonly string[]
  readonly origin: readonly Expected[]
}

function listOf(written: string | number | readonly (string | number)[]): readonly string[] {
  return [written].flat().map(String)
}

export function readCases(file: string): readonly H2Case[] {
  const written: readonly Written[] = parse(readFileSync(new URL(file, import.meta.url), 'utf8'))
  return written.map(one => ({
    name: one.case,
    rule: one.rule,
    attack: one.class,
    settings: one.bare === true ? undefined : (one.settings ?? {}),
    steps: scheme => one.send.map(step => stepOf(step, scheme)),
    streams: new Map(Object.entries(one.streams ?? {}).map(([id, words]) => [Number(id), listOf(words)])),
    connection: listOf(one.connection ?? 'open'),
    origin: (one.origin ?? []).map(got => (typeof got === 'string' ? { line: got } : got)),
  }))
}
