// A visitor without a socket: reads one request through the real codec and notes what is written back.
import type { Socket } from 'node:net'
import type { Answer } from '../../src/http/answer.ts'
import { ConnectionField, MOST_WORDS } from '../../src/wire/h1/connection-field.ts'
import { RequestReader } from '../../src/wire/h1/request-reader.ts'
import type { Security, VisitorSide } from '../../src/wire/visitor-side.ts'

export interface FakeSide extends VisitorSide {
  readonly calls: string[]
  readonly answers: Answer[]
}

const LIMITS = { maxHeaderBytes: 65_536, maxHeaders: 128, maxUrlBytes: 16_384 }

/** The side of a request given as lines; CRLF and the blank line are added. */
export function fakeSide(lines: readonly string[], peer = '192.0.2.9', security?: Security): FakeSide {
  const connection = new ConnectionField()
  const calls: string[] = []
  const answers: Answer[] = []
  const request: RequestReader = new RequestReader(LIMITS, {
    head: () => void connection.read(request.head, MOST_WORDS),
    data: () => undefined,
    end: () => undefined,
    refused: refusal => {
      throw new Error(`the request is refused: ${refusal.detail}`)
    },
  })
  request.read(Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), 0)
  return {
    request,
    connection,
    protocol: request.line.isHttp10 ? 'HTTP/1.0' : 'HTTP/1.1',
    peer,
    security,
    memo: undefined,
    isClear: true,
    calls,
    answers,
    pause: () => void calls.push('pause'),
    resume: () => void calls.push('resume'),
    sendContinue: () => void calls.push('100'),
    interim: response => void calls.push(`interim ${response.line.status}`),
    begin: response => void calls.push(`begin ${response.line.status}`),
    send: piece => void calls.push(`send ${piece.toString('latin1')}`),
    finish: () => void calls.push('finish'),
    answer(answer) {
      calls.push(`answer ${answer.status}`)
      answers.push(answer)
    },
    flush: () => undefined,
    abort: () => void calls.push('abort'),
    takeSocket: () => ({ socket: undefined as unknown as Socket, early: undefined }),
  }
}
