// The data files of HTTP/2 cases: the words they are written in, and the bytes that these words stand for.
import { readFileSync } from 'node:fs'
import { parse } from 'yaml'
import { FLAG, frame, settingsPayload, TYPES, uint32 } from '../../support/h2/frames.ts'
import { block, indexed, tableSize } from '../../support/h2/hpack-write.ts'
import type { Field } from '../../support/incoming.ts'

/** `name: value`, or a pair where a name or value holds what this spelling can't. */
type WrittenField = string | readonly [name: string, value: string]

/** `METHOD /path` with the usual scheme and authority, or every field of the block. */
type WrittenRequest = string | readonly WrittenField[]

/** A piece of a payload. Strings are latin1. */
type Part =
  | string
  | { readonly hex: string }
  | { readonly u32: number }
  | { readonly block: WrittenRequest }
  | { readonly indexed: number }
  | { readonly table_size: number }
  | { readonly settings: Readonly<Record<number, number>> }
  | { readonly repeat: string; readonly times: number }

interface WrittenStep {
  /** The stream; 1 unless said. */
  readonly on?: number
  /** Sets END_STREAM; a request ends unless told otherwise, DATA and trailers end only when told. */
  readonly ends?: boolean
  readonly request?: WrittenRequest
  /** More fields behind those of `request`. */
  readonly with?: readonly WrittenField[]
  /** Other values for fields of `request`; null leaves one out. */
  readonly instead?: Readonly<Record<string, string | null>>
  readonly trailers?: readonly WrittenField[]
  readonly data?: Part | readonly Part[]
  /** The name of a type, or its number. */
  readonly frame?: string | number
  readonly flags?: readonly (keyof typeof FLAG)[]
  readonly payload?: Part | readonly Part[]
  /** What the frame's head says its length is. */
  readonly length?: number
  /** Bytes outside of any frame. */
  readonly raw?: Part | readonly Part[]
  /** Waits until a PING is answered, so that all before it was read; or for so many milliseconds. */
  readonly wait?: 'ping' | number
}

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

export type Step = { readonly bytes: Buffer } | { readonly wait: 'ping' | number }

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

function fieldOf(written: WrittenField): Field {
  if (typeof written !== 'string') return written
  const colon = written.indexOf(': ', 1)
  if (colon < 0) throw new Error(`not a field: ${written}`)
  return [written.slice(0, colon), written.slice(colon + 2)]
}

/** Cases are written for plain text: over TLS the two schemes change places. */
function inScheme([name, value]: Field, scheme: string): Field {
  if (name !== ':scheme' || scheme === 'http') return [name, value]
  return [name, value === 'http' ? 'https' : value === 'https' ? 'http' : value]
}

function requestFields(request: WrittenRequest): readonly Field[] {
  if (typeof request !== 'string') return request.map(fieldOf)
  const [method = '', path = ''] = request.split(' ')
  return [
    [':method', method],
    [':scheme', 'http'],
    [':authority', 'a.test'],
    [':path', path],
  ]
}

function partBytes(part: Part, scheme: string): Buffer {
  if (typeof part === 'string') return Buffer.from(part, 'latin1')
  if ('hex' in part) return Buffer.from(part.hex.replaceAll(' ', ''), 'hex')
  if ('u32' in part) return uint32(part.u32)
  if ('block' in part) return block(requestFields(part.block).map(field => inScheme(field, scheme)))
  if ('indexed' in part) return indexed(part.indexed)
  if ('table_size' in part) return tableSize(part.table_size)
  if ('settings' in part) return settingsPayload(part.settings)
  return Buffer.from(part.repeat.repeat(part.times), 'latin1')
}

function bytesOf(parts: Part | readonly Part[] | undefined, scheme: string): Buffer {
  const all = parts === undefined ? [] : Array.isArray(parts) ? parts : [parts as Part]
  return Buffer.concat(all.map(part => partBytes(part, scheme)))
}

function requestFrame(step: WrittenStep, request: WrittenRequest, scheme: string): Buffer {
  const instead = step.instead ?? {}
  const fields = [...requestFields(request), ...(step.with ?? []).map(fieldOf)].flatMap(
    ([name, value]): Field[] => {
      const other = Object.hasOwn(instead, name) ? instead[name] : undefined
      return other === null ? [] : [inScheme([name, other ?? value], scheme)]
    },
  )
  const ends = (step.ends ?? true) ? FLAG.endStream : 0
  return frame(1, FLAG.endHeaders | ends, step.on ?? 1, block(fields))
}

function stepOf(step: WrittenStep, scheme: string): Step {
  const { on = 1, ends = false } = step
  const end = ends ? FLAG.endStream : 0
  if (step.wait !== undefined) return { wait: step.wait }
  if (step.request !== undefined) return { bytes: requestFrame(step, step.request, scheme) }
  if (step.data !== undefined) return { bytes: frame(0, end, on, bytesOf(step.data, scheme)) }
  if (step.trailers !== undefined)
    return { bytes: frame(1, FLAG.endHeaders | end, on, block(step.trailers.map(fieldOf))) }
  if (step.raw !== undefined) return { bytes: bytesOf(step.raw, scheme) }
  const type = typeof step.frame === 'string' ? TYPES[step.frame] : step.frame
  if (type === undefined) throw new Error(`a step that sends nothing: ${JSON.stringify(step)}`)
  const flags = (step.flags ?? []).reduce((all, flag) => all | FLAG[flag], 0)
  return { bytes: frame(type, flags, on, bytesOf(step.payload, scheme), step.length) }
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
