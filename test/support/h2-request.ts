// Requests of HTTP/2 as node:http2 hands them over, names and values in turns, for the tests of what they mean.
import type { Refusal } from '../../src/wire/h1/refusal.ts'
import type { ReaderLimits } from '../../src/wire/h1/request-reader.ts'
import { FieldLists } from '../../src/wire/h2/field-lists.ts'
import { H2Request } from '../../src/wire/h2/request.ts'
import { DEFAULT_LIMITS, fieldsOf, type ReadField } from './wire-log.ts'

export interface Said {
  readonly scheme?: 'http' | 'https'
  readonly limits?: ReaderLimits
  /** No body follows; so unless told otherwise. */
  readonly isWhole?: boolean
  /** Of the connection; one of its own unless told otherwise. */
  readonly lists?: FieldLists
}

/** What every request but an extended CONNECT has. */
export const PSEUDO: readonly ReadField[] = [
  [':method', 'GET'],
  [':scheme', 'http'],
  [':authority', 'a.test'],
  [':path', '/'],
]

/** The same with some put in another's place, or left out where the value is undefined. */
export function pseudo(changes: Readonly<Record<string, string | undefined>>): readonly ReadField[] {
  const kept = PSEUDO.filter(([name]) => !(name in changes))
  return [
    ...kept,
    ...Object.entries(changes).flatMap(([name, value]): ReadField[] =>
      value === undefined ? [] : [[name, value]],
    ),
  ]
}

export interface ReadH2 {
  readonly request: H2Request
  readonly refusal: Refusal | undefined
  readonly fields: readonly ReadField[]
}

export function readH2(
  list: readonly ReadField[],
  { scheme = 'http', limits = DEFAULT_LIMITS, isWhole = true, lists = new FieldLists() }: Said = {},
): ReadH2 {
  const request = new H2Request()
  const refusal = request.read(list.flat(), scheme, limits, isWhole, lists)
  return { request, refusal, fields: refusal === undefined ? fieldsOf(request.head) : [] }
}
