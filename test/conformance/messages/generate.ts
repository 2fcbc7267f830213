// Whole messages, both directions, from a seed: a grammar with wrong turns, then now and then a few damaged bytes.
import { type Chance, chance } from '../../support/chance.ts'
import { chunks, codingField, lengthField, someBody } from './body-parts.ts'
import { damage } from './damage.ts'
import { anyField, field, lineEnd, mostly, someFields } from './message-parts.ts'
import { finalStatusLine, interimStatusLine, requestLine } from './start-lines.ts'

const HOSTS = ['a', 'a:80', 'example.com', '[::1]', '[::1]:80', '127.0.0.1']
const ODD_HOSTS = ['', 'a b', 'a,b', 'a/b', 'u@a', 'a:b', '[::1', 'a?b', 'a\r\nHost: b', 'a\r\nhost: a']
const CONNECTIONS = [
  'keep-alive',
  'close',
  'Close',
  'keep-alive, x',
  'x, close',
  'keep-alive, close',
  'closed',
  'x-a',
  'upgrade',
  '',
]
/** Put in order so that any of them may stand first. */
function shuffled(chance: Chance, lines: string[]): string {
  let text = ''
  while (lines.length > 0) text += lines.splice(chance.below(lines.length), 1)[0] ?? ''
  return text
}

/** Framing fields and the bytes behind the head that go with them, or nearly. */
function framing(chance: Chance): { readonly lines: string[]; readonly body: string } {
  const body = someBody(chance)
  switch (chance.below(7)) {
    case 0:
    case 1:
      return { lines: [lengthField(chance, body.length)], body }
    case 2:
    case 3:
      return { lines: [codingField(chance)], body: chunks(chance, body) }
    case 4: {
      if (!chance.oneIn(6)) return { lines: [], body: '' }
      return { lines: [codingField(chance), lengthField(chance, body.length)], body: chunks(chance, body) }
    }
    default:
      return { lines: [], body: '' }
  }
}

function oneRequest(chance: Chance): string {
  const { lines, body } = framing(chance)
  if (!chance.oneIn(60)) lines.push(field(chance, 'Host', mostly(chance, HOSTS, ODD_HOSTS, 40)))
  if (chance.oneIn(6)) lines.push(field(chance, 'Connection', chance.pick(CONNECTIONS)))
  if (chance.oneIn(40))
    lines.push(field(chance, 'Expect', mostly(chance, ['100-continue'], ['x', '100-continue, x'], 3)))
  if (chance.oneIn(40)) lines.push(field(chance, 'Upgrade', chance.pick(['h2c', 'websocket'])))
  for (let count = chance.below(4); count > 0; count--) lines.push(anyField(chance))
  const before = mostly(chance, [''], ['\r\n', '\n', '\r', '\r\n\r\n', ' ', '\0'], 25)
  return `${before}${requestLine(chance)}${shuffled(chance, lines)}${lineEnd(chance)}${body}`
}

function oneResponse(chance: Chance): string {
  let text = mostly(chance, [''], ['\r\n', '\n', '\r', ' ', '\0'], 60)
  while (chance.oneIn(12)) {
    text += interimStatusLine(chance)
    if (chance.oneIn(5)) text += field(chance, 'Connection', chance.pick(CONNECTIONS))
    text += someFields(chance, 2) + lineEnd(chance)
  }
  const { lines, body } = framing(chance)
  if (chance.oneIn(40)) lines.push(field(chance, 'Upgrade', 'websocket'))
  const rest = lines.length === 0 && chance.oneIn(3) ? someBody(chance) : body
  if (chance.oneIn(6)) lines.push(field(chance, 'Connection', chance.pick(CONNECTIONS)))
  for (let count = chance.below(4); count > 0; count--) lines.push(anyField(chance))
  text += finalStatusLine(chance)
  text += shuffled(chance, lines) + lineEnd(chance) + rest
  return chance.oneIn(8) ? text + mostly(chance, ['HTTP/1.1 200 OK\r\n\r\n'], ['x', '\r\n', '\0'], 3) : text
}

function finished(chance: Chance, text: string): string {
  const damaged = chance.oneIn(3) ? damage(chance, text) : text
  return chance.oneIn(12) ? damaged.slice(0, chance.below(damaged.length + 1)) : damaged
}

export interface GeneratedRequests {
  readonly text: string
  readonly cuts: readonly number[]
}

function someCuts(chance: Chance, length: number): readonly number[] {
  return Array.from({ length: chance.below(6) }, () => chance.below(length + 1))
}

/** Up to four pipelined requests, as latin1, and where to cut them. */
export function generateRequests(seed: number): GeneratedRequests {
  const draw = chance(seed)
  let text = oneRequest(draw)
  while (draw.oneIn(3) && text.length < 4096) text += oneRequest(draw)
  text = finished(draw, text)
  return { text, cuts: someCuts(draw, text.length) }
}

export interface GeneratedResponse extends GeneratedRequests {
  /** Of the request that it answers. */
  readonly method: 'GET' | 'HEAD'
  /** The origin closes its side behind the text. */
  readonly closes: boolean
}

/** What an origin sends to one request, as latin1. */
export function generateResponse(seed: number): GeneratedResponse {
  const draw = chance(seed)
  const text = finished(draw, oneResponse(draw))
  return {
    text,
    cuts: someCuts(draw, text.length),
    method: draw.oneIn(8) ? 'HEAD' : 'GET',
    closes: draw.oneIn(2),
  }
}
