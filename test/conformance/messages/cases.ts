// The data files of hand-written messages.
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import type { ReaderLimits } from '../../../src/wire/h1/request-reader.ts'
import { DEFAULT_LIMITS } from '../../support/wire-log.ts'

/** A text, or a text so many times. */
type Part = string | { readonly repeat: string; readonly times: number }

interface Written {
  readonly case: string
  readonly rule: string
  readonly class?: string
  readonly bytes: Part | readonly Part[]
  readonly events: readonly Part[]
  readonly method?: string
  readonly closes?: boolean
  readonly limits?: Partial<ReaderLimits>
}

export interface MessageCase {
  readonly name: string
  /** The clause that asks for it. */
  readonly rule: string
  /** The kind of attack that it belongs to. */
  readonly attack: string | undefined
  readonly bytes: Buffer
  readonly events: readonly string[]
  /** Responses only: of the request. */
  readonly method: string
  /** Responses only: the origin closes its side behind the bytes. */
  readonly closes: boolean
  readonly limits: ReaderLimits
}

function timesOf(part: Part): readonly string[] {
  return typeof part === 'string' ? [part] : Array.from({ length: part.times }, () => part.repeat)
}

export function readCases(file: string): readonly MessageCase[] {
  const written: readonly Written[] = parse(readFileSync(new URL(file, import.meta.url), 'utf8'))
  return written.map(one => ({
    name: one.case,
    rule: one.rule,
    attack: one.class,
    bytes: Buffer.from([one.bytes].flat().flatMap(timesOf).join(''), 'latin1'),
    events: one.events.flatMap(timesOf),
    method: one.method ?? 'GET',
    closes: one.closes ?? false,
    limits: { ...DEFAULT_LIMITS, ...one.limits },
  }))
}
