// A visitor of a soak over HTTP/2: takes steps as streams of a kept connection.
import { constants } from 'node:http2'
import type { Chance } from '../chance.ts'
import { type H2Exchange, type H2Visitor, visitH2 } from '../h2/visitor.ts'
import { openWebSocket } from '../h2/websocket.ts'
import { check, type Fate, type Guest, isCut, isPrefix } from './guest.ts'
import type { Step } from './step.ts'

function begin(visitor: H2Visitor, { method, target, body, isChunked }: Step): H2Exchange {
  const length = body === undefined || isChunked ? [] : [['content-length', String(body.length)] as const]
  return visitor.open(target, { method, authority: 'soak.test', fields: length })
}

/** Leaves the stream, and one time in four the connection with it. */
async function abandon(visitor: H2Visitor, step: Step, chance: Chance): Promise<Fate> {
  const { stream, head, reply } = begin(visitor, step)
  const body = step.body ?? Buffer.alloc(0)
  if (stream.writable) {
    if (step.visitor === 'in the body') stream.write(body.subarray(0, 1 + chance.below(body.length)))
    else if (step.visitor !== 'in the head') stream.end(body)
  }
  if (step.visitor === 'in the answer') await head
  if (chance.oneIn(4)) {
    if (chance.oneIn(2)) visitor.reset()
    return 'over'
  }
  stream.close(constants.NGHTTP2_CANCEL)
  await reply
  return 'kept'
}

async function take(visitor: H2Visitor, step: Step, chance: Chance): Promise<Fate> {
  if (step.visitor !== undefined) return await abandon(visitor, step, chance)
  const { stream, reply } = begin(visitor, step)
  if (stream.writable) stream.end(step.body)
  const { status, body, isComplete } = await reply
  if (isCut(step)) {
    if (isComplete) throw new Error(`${step.target}: a complete answer of a broken origin`)
    if (!isPrefix(body, step.expected)) throw new Error(`${step.target}: other bytes before the cut`)
  } else check(step, status, body)
  return visitor.goaways.length === 0 ? 'kept' : 'over'
}

/** A connection of its own; WebSockets are more streams of it. */
export async function h2Guest(port: number, scheme: 'http' | 'https', webSocketPath: string): Promise<Guest> {
  const visitor = await visitH2(port, scheme)
  return {
    take: (step, chance) => take(visitor, step, chance),
    openWebSocket: () => openWebSocket(visitor.session, webSocketPath),
    drop: () => void visitor.session.destroy(),
  }
}
