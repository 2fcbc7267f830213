// Frames muddled at random: conversations that begin well, with some of their frames changed, lost, doubled or cut. A seed is one
// conversation for ever, so that a failing one can be named by a number.
import { type Chance, chance } from '../../support/chance.ts'
import { FLAG, frame, settingsPayload, uint32 } from '../../support/h2/frames.ts'
import { block, indexed, kept, tableSize } from '../../support/h2/hpack-write.ts'
import type { Field } from '../../support/incoming.ts'

/** The bytes of one conversation behind the preface, in the pieces in which they are sent, and how it ends. */
export interface Muddle {
  readonly pieces: readonly Buffer[]
  readonly ends: 'end' | 'reset' | 'wait'
}

const NAMES = [
  'x-a',
  'cookie',
  'content-length',
  'te',
  'expect',
  'host',
  'connection',
  'user-agent',
  '__proto__',
  'X-Up',
]
const VALUES = [
  '',
  '1',
  'trailers',
  '100-continue',
  'a.test',
  'a=1; b=2',
  ' x',
  '\0',
  '3',
  'é',
  'x'.repeat(300),
]

function fields(draw: Chance): Field[] {
  return Array.from({ length: draw.below(5) }, () => [draw.pick(NAMES), draw.pick(VALUES)] as const)
}

/** The pseudo-headers of both directions: each sends what the other side expects, mostly. */
function pseudo(draw: Chance, isOrigin: boolean): Field[] {
  if (isOrigin)
    return [[':status', draw.pick(['200', '200', '200', '204', '304', '103', '100', '101', '999', ''])]]
  const method = draw.pick(['GET', 'GET', 'POST', 'HEAD', 'OPTIONS', 'CONNECT', 'DELETE', ''])
  const lines: Field[] = [
    [':method', method],
    [':scheme', draw.pick(['http', 'http', 'http', 'https', ''])],
    [':authority', draw.pick(['a.test', 'a.test', 'b.test', '', 'a b'])],
    [':path', draw.pick(['/', '/slow', '/x?y', '*', '', 'x', '/%zz', '//'])],
  ]
  if (draw.oneIn(8))
    lines.push([':protocol', draw.pick(['websocket', 'other'])], ['sec-websocket-version', '13'])
  return draw.oneIn(6) ? lines.filter(() => !draw.oneIn(4)) : lines
}

function fieldBlock(draw: Chance, isOrigin: boolean): Buffer {
  if (draw.oneIn(20)) return Buffer.concat([indexed(draw.below(80)), tableSize(draw.below(10_000))])
  const more = fields(draw)
  const entries = draw.oneIn(5) ? more.map(kept) : [block(more)]
  return Buffer.concat([block(pseudo(draw, isOrigin)), ...entries])
}

function honest(draw: Chance, stream: number, isOrigin: boolean): Buffer {
  const end = draw.oneIn(2) ? FLAG.endStream : 0
  const endsHead = draw.oneIn(8) ? 0 : FLAG.endHeaders
  switch (draw.below(13)) {
    case 0:
    case 1:
    case 2:
      return frame(1, endsHead | end, stream, fieldBlock(draw, isOrigin))
    case 3:
    case 4:
      return frame(0, end, stream, 'd'.repeat(draw.below(300)))
    case 5:
      return frame(1, endsHead | FLAG.endStream, stream, block(fields(draw)))
    case 6:
      return frame(8, 0, draw.oneIn(2) ? 0 : stream, uint32(draw.pick([0, 1, 1_000, 0x7fffffff])))
    case 7:
      return frame(3, 0, stream, uint32(draw.below(16)))
    case 8:
      return frame(
        4,
        draw.below(2),
        0,
        settingsPayload({ [draw.below(10)]: draw.pick([0, 1, 100, 20_000, 0xffffffff]) }),
      )
    case 9:
      return frame(6, draw.below(2), 0, 'pingping')
    case 10:
      return frame(9, draw.below(8), stream, block(fields(draw)))
    case 11:
      return frame(7, 0, 0, Buffer.concat([uint32(draw.below(9)), uint32(draw.below(14))]))
    default:
      return frame(draw.pick([2, 5, 10, 16, 200]), draw.below(256), stream, 'x'.repeat(draw.below(12)))
  }
}

/** Any byte of it changed, its end cut off, or twice the same. */
function damaged(bytes: Buffer, draw: Chance): Buffer {
  const changed = Buffer.from(bytes)
  switch (draw.below(4)) {
    case 0:
      changed[draw.below(Math.min(9, changed.length))] = draw.below(256)
      return changed
    case 1:
      changed[draw.below(changed.length)] = draw.below(256)
      return changed
    case 2:
      return changed.subarray(0, draw.below(changed.length))
    default:
      return Buffer.concat([changed, changed])
  }
}

/** What a visitor sends, or an origin on the stream (and those behind it) that a proxy began. */
export function muddle(seed: number, asked?: number): Muddle {
  const draw = chance(seed)
  const isOrigin = asked !== undefined
  const damage = draw.pick([3, 10, 1_000])
  let stream = asked ?? 1
  const frames = Array.from({ length: 1 + draw.below(20) }, () => {
    const bytes = honest(draw, stream, isOrigin)
    if (draw.oneIn(isOrigin ? 15 : 3)) stream += draw.oneIn(10) ? 1 : 2
    return draw.oneIn(damage) ? damaged(bytes, draw) : bytes
  })
  const all = Buffer.concat(frames)
  const pieces: Buffer[] = []
  for (let at = 0; at < all.length; ) {
    const size = draw.oneIn(3) ? 1 + draw.below(30) : all.length
    pieces.push(all.subarray(at, at + size))
    at += size
  }
  return { pieces, ends: draw.pick(['end', 'reset', 'wait', 'wait']) }
}
