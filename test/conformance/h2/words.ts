// The words in which frames are written in data files, and the bytes that they stand for.
import { FLAG, frame, settingsPayload, TYPES, uint32 } from '../../support/h2/frames.ts'
import { block, indexed, tableSize } from '../../support/h2/hpack-write.ts'
import type { Field } from '../../support/incoming.ts'

/** `name: value`, or a pair where a name or value holds what this spelling can't. */
export type WrittenField = string | readonly [name: string, value: string]

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

export interface WrittenStep {
  /** The stream; 1, or that of the request which is answered, unless said. */
  readonly on?: number
  /** Sets END_STREAM; a request ends unless told otherwise, everything else only when told. */
  readonly ends?: boolean
  readonly request?: WrittenRequest
  /** More fields behind those of `request`. */
  readonly with?: readonly WrittenField[]
  /** Other values for fields of `request`; null leaves one out. */
  readonly instead?: Readonly<Record<string, string | null>>
  readonly response?: readonly WrittenField[]
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
  /** Sends it so many times. */
  readonly repeated?: number
  /** Waits until a PING is answered, so that all before it was read; or for so many milliseconds. */
  readonly wait?: 'ping' | number
}

export type Step = { readonly bytes: Buffer } | { readonly wait: 'ping' | number }

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

/** What one step sends; `scheme` is what is spoken, `stream` the stream that is meant. */
export function stepOf(step: WrittenStep, scheme: 'http' | 'https', stream = 1): Step {
  if (step.wait !== undefined) return { wait: step.wait }
  const bytes = stepBytes(step, scheme, stream)
  return { bytes: Buffer.concat(Array.from({ length: step.repeated ?? 1 }, () => bytes)) }
}

function stepBytes(step: WrittenStep, scheme: string, stream: number): Buffer {
  const { on = stream, ends = false, response, trailers } = step
  const end = ends ? FLAG.endStream : 0
  const section = response ?? trailers
  if (step.request !== undefined) return requestFrame(step, step.request, scheme)
  if (step.data !== undefined) return frame(0, end, on, bytesOf(step.data, scheme))
  if (section !== undefined) return frame(1, FLAG.endHeaders | end, on, block(section.map(fieldOf)))
  if (step.raw !== undefined) return bytesOf(step.raw, scheme)
  const type = typeof step.frame === 'string' ? TYPES[step.frame] : step.frame
  if (type === undefined) throw new Error(`a step that sends nothing: ${JSON.stringify(step)}`)
  const flags = (step.flags ?? []).reduce((all, flag) => all | FLAG[flag], 0)
  return frame(type, flags, on, bytesOf(step.payload, scheme), step.length)
}
