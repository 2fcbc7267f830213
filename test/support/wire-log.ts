// Runs our HTTP/1.1 readers over a text cut into pieces and writes down what they said, checking the order of the calls.
import { ConnectionField } from '../../src/wire/h1/connection-field.ts'
import type { Head } from '../../src/wire/h1/head.ts'
import type { Refusal } from '../../src/wire/h1/refusal.ts'
import type { ReaderLimits, RequestEvents } from '../../src/wire/h1/request-reader.ts'
import { type ResponseEvents, ResponseReader } from '../../src/wire/h1/response-reader.ts'
import { SpareReaders } from '../../src/wire/h1/spare-readers.ts'

export type ReadField = readonly [name: string, value: string]

/** The body and end of one message; every offset counts from the first byte of the text. */
interface ReadBody {
  body: string
  trailers: readonly ReadField[] | undefined
  /** Offset behind the message, undefined when it never ended. */
  end: number | undefined
}

export interface ReadRequest extends ReadBody {
  readonly method: string
  readonly target: string
  readonly pathAndQuery: string
  readonly authority: string
  readonly isHttp10: boolean
  readonly framing: number
  readonly expectsContinue: boolean
  readonly isPersistent: boolean
  readonly fields: readonly ReadField[]
}

export interface ReadResponse extends ReadBody {
  readonly status: number
  readonly reason: string
  readonly isHttp10: boolean
  readonly framing: number
  readonly fields: readonly ReadField[]
}

export interface RequestLog {
  readonly requests: readonly ReadRequest[]
  readonly refusal: Refusal | undefined
  /** Bytes of a head have come that is neither complete nor refused. */
  readonly isInHead: boolean
}

export interface ResponseLog {
  /** Statuses of the interim responses. */
  readonly interims: readonly number[]
  readonly response: ReadResponse | undefined
  readonly refusal: Refusal | undefined
  /** Offset behind a 101. */
  readonly upgradedAt: number | undefined
  readonly isInHead: boolean
}

/** The limits that a listener has unless told otherwise. */
export const DEFAULT_LIMITS: ReaderLimits = {
  maxHeaderBytes: 64 * 1024,
  maxHeaders: 128,
  maxUrlBytes: 16 * 1024,
}

/** The fields of a head, in order. */
export function fieldsOf(head: Head): readonly ReadField[] {
  return Array.from({ length: head.count }, (_, index) => [head.name(index), head.value(index)] as const)
}

/** Cuts a text at offsets; those that lie outside or repeat cut nothing. */
export function cutAt(text: string, cuts: readonly number[]): readonly string[] {
  const inside = [...new Set(cuts)].filter(cut => cut > 0 && cut < text.length).sort((a, b) => a - b)
  return [0, ...inside].map((cut, index) => text.slice(cut, inside[index] ?? text.length))
}

/** Every byte alone. */
export function byteByByte(text: string): readonly string[] {
  return [...text]
}

class Order {
  private state: 'between' | 'body' | 'over' = 'between'

  step(call: string, from: 'between' | 'body', to: 'between' | 'body' | 'over'): void {
    if (this.state !== from) throw new Error(`${call} was called while the reader was ${this.state}`)
    this.state = to
  }

  finish(call: string): void {
    if (this.state === 'over') throw new Error(`${call} was called after the last call`)
    this.state = 'over'
  }
}

function checkPiece(piece: Buffer): string {
  if (piece.length === 0) throw new Error('an empty piece of body')
  return piece.toString('latin1')
}

/**
 * Hands each piece over in memory that is overwritten afterwards, as a shared read buffer would be: whatever the reader
 * remembers of it, it must have copied. `read` gets the bytes, where to start, and the offset of their first byte.
 */
function lend(
  pieces: readonly string[],
  read: (bytes: Buffer, from: number, offset: number) => number,
): void {
  let offset = 0
  for (const piece of pieces) {
    const bytes = Buffer.from(piece, 'latin1')
    let at = 0
    for (let turns = 0; at < bytes.length; turns++) {
      if (turns > bytes.length) throw new Error('the reader makes no progress')
      const next = read(bytes, at, offset)
      if (next < at || next > bytes.length) throw new Error(`read from ${at} to ${next} of ${bytes.length}`)
      at = next
    }
    offset += bytes.length
    bytes.fill(0xaa)
  }
}

/** Reads requests one after another until the text ends or one is refused, by a reader of `readers`, which gets it back. */
export function readRequests(
  pieces: readonly string[],
  limits: ReaderLimits = DEFAULT_LIMITS,
  readers: SpareReaders = new SpareReaders(),
): RequestLog {
  const requests: ReadRequest[] = []
  const order = new Order()
  const connection = new ConnectionField()
  let refusal: Refusal | undefined
  const events: RequestEvents = {
    head() {
      order.step('head', 'between', 'body')
      const { line, head, authority, framing, expectsContinue } = reader
      connection.read(head)
      requests.push({
        method: line.method,
        target: line.target,
        pathAndQuery: line.pathAndQuery,
        authority,
        isHttp10: line.isHttp10,
        framing,
        expectsContinue,
        isPersistent: !connection.close && (!line.isHttp10 || connection.keepAlive),
        fields: fieldsOf(head),
        body: '',
        trailers: undefined,
        end: undefined,
      })
    },
    data(piece) {
      order.step('data', 'body', 'body')
      const request = requests.at(-1)
      if (request !== undefined) request.body += checkPiece(piece)
    },
    end(trailers) {
      order.step('end', 'body', 'between')
      const request = requests.at(-1)
      if (request !== undefined) request.trailers = trailers === undefined ? undefined : fieldsOf(trailers)
    },
    refused(why) {
      order.finish('refused')
      refusal = why
    },
  }
  const reader = readers.take(limits, events, 'http')
  lend(pieces, (bytes, from, offset) => {
    const at = reader.read(bytes, from)
    if (reader.isRefused) return bytes.length
    if (reader.hasEnded) {
      const request = requests.at(-1)
      if (request !== undefined) request.end = offset + at
      reader.next(limits)
    } else if (at !== bytes.length) {
      throw new Error('stopped inside a message')
    }
    return at
  })
  const log = { requests, refusal, isInHead: reader.isInHead && !reader.isIdle }
  readers.giveBack(reader)
  return log
}

/** Reads the response to one request; `closes` when the origin then closes its side. Bytes behind the response stay unread. */
export function readResponse(method: string, pieces: readonly string[], closes: boolean): ResponseLog {
  const interims: number[] = []
  const order = new Order()
  let response: ReadResponse | undefined
  let refusal: Refusal | undefined
  let upgradedAt: number | undefined
  let isUpgraded = false
  let length = 0
  const events: ResponseEvents = {
    interim() {
      order.step('interim', 'between', 'between')
      interims.push(reader.line.status)
    },
    head() {
      order.step('head', 'between', 'body')
      const { line, head, framing } = reader
      response = {
        status: line.status,
        reason: line.reason,
        isHttp10: line.isHttp10,
        framing,
        fields: fieldsOf(head),
        body: '',
        trailers: undefined,
        end: undefined,
      }
    },
    data(piece) {
      order.step('data', 'body', 'body')
      if (response !== undefined) response.body += checkPiece(piece)
    },
    end(trailers) {
      order.step('end', 'body', 'over')
      if (response !== undefined) response.trailers = trailers === undefined ? undefined : fieldsOf(trailers)
    },
    upgraded() {
      order.step('upgraded', 'between', 'over')
      isUpgraded = true
    },
    broken(why) {
      order.finish('broken')
      refusal = why
    },
  }
  const reader = new ResponseReader(events)
  reader.expect(method)
  lend(pieces, (bytes, from, offset) => {
    if (refusal !== undefined || isUpgraded || reader.hasEnded) return bytes.length
    const at = reader.read(bytes, from)
    length = offset + at
    if (isUpgraded) upgradedAt = length
    if (reader.hasEnded && response !== undefined) response.end = length
    return at
  })
  if (closes && refusal === undefined && !isUpgraded && !reader.hasEnded && reader.finish()) {
    if (response !== undefined) response.end = length
  }
  const isInHead = reader.isAwaitingHead && !reader.isUntouched
  return { interims, response, refusal, upgradedAt, isInHead }
}
