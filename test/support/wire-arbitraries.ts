// Any valid HTTP/1.1 message, as data, and the plain writer that the readers are held against.
import fc from 'fast-check'
import type { ReadField } from './wire-log.ts'

export interface WrittenChunk {
  readonly data: string
  /** Leading zeros and letter case of the size. */
  readonly size: string
  /** With its `;`, or `''`. */
  readonly extension: string
}

export type WrittenBody =
  | { readonly kind: 'none' }
  | { readonly kind: 'length'; readonly data: string }
  | {
      readonly kind: 'chunks'
      readonly chunks: readonly WrittenChunk[]
      readonly last: WrittenChunk
      readonly trailers: readonly WrittenField[]
    }

/** A field with the white space around its value. */
export interface WrittenField {
  readonly name: string
  readonly value: string
  readonly before: string
  readonly after: string
}

export interface WrittenRequest {
  readonly method: string
  readonly target: string
  readonly isHttp10: boolean
  readonly host: string
  /** Among them where Host and the framing field stand. */
  readonly fields: readonly WrittenField[]
  readonly place: number
  readonly hasEmptyLine: boolean
  readonly body: WrittenBody
}

export interface WrittenResponse {
  readonly status: number
  readonly reason: string
  readonly fields: readonly WrittenField[]
  readonly place: number
  readonly body: WrittenBody
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyz'
const TOKEN_CHARS = [...LETTERS, ...LETTERS.toUpperCase(), ..."0123456789!#$%&'*+-.^_`|~"]
const latin1 = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => String.fromCharCode(from + index))
const VISIBLE = [...latin1(33, 126), ...latin1(128, 255)]

const text = (chars: readonly string[], minLength: number, maxLength: number): fc.Arbitrary<string> =>
  fc.array(fc.constantFrom(...chars), { minLength, maxLength }).map(list => list.join(''))

const token = text(TOKEN_CHARS, 1, 12)
const blank = fc.constantFrom('', ' ', '\t', ' \t ')
/** Any bytes, with a liking for those that mean something. */
const bytes = text(
  [...latin1(0, 255), ...Array.from({ length: 20 }, () => '\r\n').flat(), '0', '5', ';'],
  0,
  40,
)

/** Names that the codec reads itself; a test that wants them puts them in. */
const READ_BY_THE_CODEC = new Set(['host', 'content-length', 'transfer-encoding', 'expect', 'connection'])

const fieldName = fc
  .oneof(
    { weight: 5, arbitrary: token },
    {
      weight: 2,
      arbitrary: fc.constantFrom('Cookie', 'TE', 'X-Forwarded-For', 'User-Agent', 'Upgrade', 'Via'),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom('__proto__', 'constructor', 'Keep-Alive', 'Proxy-Authorization'),
    },
  )
  .filter(name => !READ_BY_THE_CODEC.has(name.toLowerCase()))

const fieldValue = fc.oneof(
  fc.constant(''),
  text(VISIBLE, 1, 12),
  fc.tuple(text(VISIBLE, 1, 6), blank, text(VISIBLE, 1, 6)).map(parts => parts.join('')),
)

const field: fc.Arbitrary<WrittenField> = fc.record({
  name: fieldName,
  value: fieldValue,
  before: blank,
  after: blank,
})
const fields = fc.array(field, { maxLength: 6 })
const trailer = field.map(one => ({ ...one, name: `X-T-${one.name}` }))

const quoted = fc
  .array(fc.constantFrom('a', ' ', '\t', ';', '=', '\\"', '\\\\', '\x80'), { maxLength: 4 })
  .map(parts => `"${parts.join('')}"`)
const extension = fc.oneof(
  { weight: 3, arbitrary: fc.constant('') },
  { weight: 1, arbitrary: token.map(name => `;${name}`) },
  {
    weight: 1,
    arbitrary: fc.tuple(token, fc.oneof(token, quoted)).map(([name, value]) => `;${name}=${value}`),
  },
)

function chunk(data: fc.Arbitrary<string>): fc.Arbitrary<WrittenChunk> {
  return fc.record({ data, zeros: fc.nat(4), isUpper: fc.boolean(), extension }).map(made => {
    const hex = made.data.length.toString(16)
    const size = '0'.repeat(made.zeros) + (made.isUpper ? hex.toUpperCase() : hex)
    return { data: made.data, size, extension: made.extension }
  })
}

const nonEmpty = bytes.filter(data => data !== '')
const bodyWithLength: fc.Arbitrary<WrittenBody> = bytes.map(data => ({ kind: 'length', data }))
const bodyInChunks: fc.Arbitrary<WrittenBody> = fc.record({
  kind: fc.constant('chunks' as const),
  chunks: fc.array(chunk(nonEmpty), { maxLength: 4 }),
  last: chunk(fc.constant('')),
  trailers: fc.array(trailer, { maxLength: 3 }),
})
const body: fc.Arbitrary<WrittenBody> = fc.oneof(
  fc.constant<WrittenBody>({ kind: 'none' }),
  bodyWithLength,
  bodyInChunks,
)

const host = fc.oneof(
  fc.constantFrom('example.com', '[2001:db8::1]:8080', 'a.', '127.0.0.1:1'),
  text([...LETTERS, '-', '0', '.'], 1, 10),
)
const target = text([...latin1(33, 126).filter(char => char !== '#'), '\x80', '\xff'], 0, 20).map(
  rest => `/${rest}`,
)
const method = fc.oneof(
  fc.constantFrom('GET', 'POST', 'DELETE', 'OPTIONS', 'HEAD'),
  token.filter(name => name !== 'CONNECT' && name !== 'TRACE'),
)

/** A request that is good by RFC 9112, however odd. */
export const request: fc.Arbitrary<WrittenRequest> = fc
  .record({
    method,
    target,
    isHttp10: fc.boolean(),
    host,
    fields,
    place: fc.nat(6),
    hasEmptyLine: fc.boolean(),
    body,
  })
  .map(made => (made.isHttp10 && made.body.kind === 'chunks' ? { ...made, isHttp10: false } : made))

/** A final response that is good by RFC 9112 to a GET. */
export const response: fc.Arbitrary<WrittenResponse> = fc.record({
  status: fc.integer({ min: 200, max: 599 }).filter(status => status !== 204 && status !== 304),
  reason: text([...VISIBLE, ' ', '\t'], 0, 12),
  fields,
  place: fc.nat(6),
  body,
})

/** Where to cut a text into pieces. */
export const cuts: fc.Arbitrary<readonly number[]> = fc.array(fc.nat(600), { maxLength: 8 })

function line({ name, value, before, after }: WrittenField): string {
  return `${name}:${before}${value}${after}\r\n`
}

function plain(name: string, value: string): WrittenField {
  return { name, value, before: ' ', after: '' }
}

function framingField(written: WrittenBody): readonly WrittenField[] {
  if (written.kind === 'none') return []
  if (written.kind === 'length') return [plain('Content-Length', String(written.data.length))]
  return [plain('Transfer-Encoding', 'chunked')]
}

function put(
  list: readonly WrittenField[],
  place: number,
  more: readonly WrittenField[],
): readonly WrittenField[] {
  return [...list.slice(0, place), ...more, ...list.slice(place)]
}

/** All fields of a request as they stand in its head. */
export function requestFields(made: WrittenRequest): readonly WrittenField[] {
  return put(made.fields, made.place, [plain('hOst', made.host), ...framingField(made.body)])
}

/** All fields of a response as they stand in its head. */
export function responseFields(made: WrittenResponse): readonly WrittenField[] {
  return put(made.fields, made.place, framingField(made.body))
}

export function asRead(list: readonly WrittenField[]): readonly ReadField[] {
  return list.map(one => [one.name, one.value] as const)
}

export function dataOf(written: WrittenBody): string {
  if (written.kind === 'none') return ''
  return written.kind === 'length' ? written.data : written.chunks.map(one => one.data).join('')
}

/** The trailers that a reader tells: undefined without any. */
export function trailersOf(written: WrittenBody): readonly ReadField[] | undefined {
  return written.kind === 'chunks' && written.trailers.length > 0 ? asRead(written.trailers) : undefined
}

function writeBody(written: WrittenBody): string {
  if (written.kind === 'none') return ''
  if (written.kind === 'length') return written.data
  const chunks = written.chunks.map(one => `${one.size}${one.extension}\r\n${one.data}\r\n`).join('')
  return `${chunks}${written.last.size}${written.last.extension}\r\n${written.trailers.map(line).join('')}\r\n`
}

export function writeRequest(made: WrittenRequest): string {
  const version = made.isHttp10 ? 'HTTP/1.0' : 'HTTP/1.1'
  const start = `${made.hasEmptyLine ? '\r\n' : ''}${made.method} ${made.target} ${version}\r\n`
  return `${start}${requestFields(made).map(line).join('')}\r\n${writeBody(made.body)}`
}

export function writeResponse(made: WrittenResponse): string {
  const start = `HTTP/1.1 ${made.status} ${made.reason}\r\n`
  return `${start}${responseFields(made).map(line).join('')}\r\n${writeBody(made.body)}`
}
