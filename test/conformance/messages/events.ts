// What our readers call, in words, so that a data file can say what it expects.
import { nominationFlaw, STANDARD } from '../../../src/http/request-policy.ts'
import { ConnectionField, MOST_WORDS } from '../../../src/wire/h1/connection-field.ts'
import { CHUNKED } from '../../../src/wire/h1/framing.ts'
import type { Head } from '../../../src/wire/h1/head.ts'
import { malformed, type Refusal } from '../../../src/wire/h1/refusal.ts'
import { type ReaderLimits, RequestReader } from '../../../src/wire/h1/request-reader.ts'
import { ResponseReader } from '../../../src/wire/h1/response-reader.ts'

/** A body or a name as it is shown: one line, whatever is in it. */
function shown(text: string): string {
  return JSON.stringify(text).slice(1, -1)
}

function framingWord(framing: number): string {
  if (framing === CHUNKED) return ' chunked'
  if (framing < 0) return ' until close'
  return framing === 0 ? '' : ` length ${framing}`
}

/** Events in words; neighbouring pieces of a body are one. */
class Words {
  readonly list: string[] = []
  private body = ''

  data(piece: Buffer): void {
    this.body += piece.toString('latin1')
  }

  say(event: string): void {
    if (this.body !== '') this.list.push(`data ${shown(this.body)}`)
    this.body = ''
    this.list.push(event)
  }

  end(trailers: Head | undefined): void {
    const lines = Array.from({ length: trailers?.count ?? 0 }, (_, index) => {
      return `${trailers?.name(index)}=${trailers?.value(index)}`
    })
    this.say(['end', ...lines].join(' '))
  }

  refused({ status, code }: Refusal): void {
    this.say(`refused ${status} ${code}`)
  }
}

/** Reads pipelined requests as a visitor's connection does: a head whose Connection field is out of bounds is refused. */
export function requestEvents(pieces: readonly Buffer[], limits: ReaderLimits): readonly string[] {
  const words = new Words()
  const connection = new ConnectionField()
  const reader = new RequestReader(limits, {
    head() {
      const { line, head, authority, framing } = reader
      const version = line.isHttp10 ? ' HTTP/1.0' : ''
      const expects = reader.expectsContinue ? ' expects 100' : ''
      words.say(
        `${line.method} ${shown(line.pathAndQuery)} on ${authority}${version}${framingWord(framing)}${expects}`,
      )
      connection.read(head, MOST_WORDS)
      const flaw = nominationFlaw(connection, STANDARD)
      if (flaw !== undefined) reader.refuse(malformed(flaw))
    },
    data: piece => words.data(piece),
    end: trailers => words.end(trailers),
    refused: refusal => words.refused(refusal),
  })
  for (const piece of pieces) {
    for (let at = 0; at < piece.length && !reader.isRefused; ) {
      at = reader.read(piece, at)
      if (reader.hasEnded) reader.next(limits)
    }
  }
  if (!reader.isRefused && !reader.isIdle) words.say('waits')
  return words.list
}

/** Reads the response to one request; `closes` when the origin then closes its side. Bytes left over are told. */
export function responseEvents(
  method: string,
  pieces: readonly Buffer[],
  closes: boolean,
): readonly string[] {
  const words = new Words()
  let isOver = false
  const over = (say: () => void): void => {
    isOver = true
    say()
  }
  const reader = new ResponseReader({
    interim: () => words.say(`interim ${reader.line.status}`),
    head: () => words.say(`${reader.line.status}${framingWord(reader.framing)}`),
    data: piece => words.data(piece),
    end: trailers => over(() => words.end(trailers)),
    upgraded: () => over(() => words.say('upgraded')),
    broken: refusal => over(() => words.refused(refusal)),
  })
  reader.expect(method)
  let left = 0
  let isBroken = false
  for (const piece of pieces) {
    const at = isOver ? 0 : reader.read(piece, 0)
    isBroken ||= words.list.at(-1)?.startsWith('refused') === true
    left += piece.length - at
  }
  if (left > 0 && !isBroken) words.say(`${left} bytes left`)
  if (!isOver && !(closes && reader.finish())) words.say(closes ? 'cut short' : 'waits')
  return words.list
}
