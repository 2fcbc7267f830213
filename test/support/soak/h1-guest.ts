// A visitor of a soak over HTTP/1.1: takes steps on a kept connection, one after the other.
import { once } from 'node:events'
import { WebSocket } from 'ws'
import type { Chance } from '../chance.ts'
import { Cut, fieldValues } from '../incoming.ts'
import type { Visitor } from '../raw.ts'
import { check, type Fate, type Guest, isCut, isPrefix } from './guest.ts'
import type { Step } from './step.ts'

function headOf({ method, target, body, isChunked }: Step): string {
  const framing =
    body === undefined
      ? ''
      : isChunked
        ? 'Transfer-Encoding: chunked\r\n'
        : `Content-Length: ${body.length}\r\n`
  return `${method} ${target} HTTP/1.1\r\nHost: soak.test\r\nUser-Agent: soak\r\nAccept: */*\r\n${framing}\r\n`
}

function bodyOf({ body, isChunked, n }: Step): Buffer {
  if (body === undefined) return Buffer.alloc(0)
  if (!isChunked) return body
  const size = 1 + ((n * 131) % body.length)
  const parts: Buffer[] = []
  for (let at = 0; at < body.length; at += size) {
    const piece = body.subarray(at, at + size)
    parts.push(Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n'))
  }
  return Buffer.concat([...parts, Buffer.from('0\r\n\r\n')])
}

/** RST, both sides closed, or FIN and then nothing. */
async function leave(visitor: Visitor, chance: Chance): Promise<Fate> {
  const how = chance.below(3)
  if (how === 0) visitor.reset()
  else if (how === 1) visitor.socket.destroy()
  else {
    visitor.end()
    await visitor.incoming.gone()
    visitor.socket.destroy()
  }
  return 'over'
}

async function abandon(visitor: Visitor, step: Step, chance: Chance): Promise<Fate> {
  const head = headOf(step)
  switch (step.visitor) {
    case 'in the head':
      await visitor.send(head.slice(0, 1 + chance.below(head.length - 1)))
      break
    case 'in the body':
      await visitor.send(head)
      await visitor.send(bodyOf(step).subarray(0, chance.below(step.body?.length ?? 1)))
      break
    case 'in the answer':
      visitor.incoming.hold()
      await visitor.send(head)
      visitor.incoming.release()
      await visitor.answerHead()
      break
    default:
      await visitor.send(head)
      // The origin may have answered, and the connection ended, before the last byte of the body was taken.
      await visitor.send(bodyOf(step)).catch(() => undefined)
  }
  return await leave(visitor, chance)
}

async function expectCut(visitor: Visitor, step: Step): Promise<Fate> {
  const seen = await visitor.answer(step.method).then(
    reply => reply,
    (error: unknown) => error,
  )
  if (!(seen instanceof Cut)) throw new Error(`${step.target}: a complete answer of a broken origin`)
  if (!isPrefix(seen.body, step.expected)) throw new Error(`${step.target}: other bytes before the cut`)
  return 'over'
}

async function take(visitor: Visitor, step: Step, chance: Chance): Promise<Fate> {
  if (step.visitor !== undefined) return await abandon(visitor, step, chance)
  const sent = visitor.send(Buffer.concat([Buffer.from(headOf(step), 'latin1'), bodyOf(step)]))
  // An early answer may end the connection before the whole body was taken.
  sent.catch(() => undefined)
  if (isCut(step)) return await expectCut(visitor, step)
  const reply = await visitor.answer(step.method)
  check(step, reply.status, reply.body)
  return fieldValues(reply.fields, 'connection').includes('close') ? 'over' : 'kept'
}

/** `url`: of its WebSockets, which have connections of their own. */
export async function h1Guest(open: () => Promise<Visitor>, url: string): Promise<Guest> {
  const visitor = await open()
  return {
    take: (step, chance) => take(visitor, step, chance),
    async openWebSocket() {
      const socket = new WebSocket(url, { perMessageDeflate: false, rejectUnauthorized: false })
      await once(socket, 'open')
      return socket
    },
    drop: () => void visitor.socket.destroy(),
  }
}
