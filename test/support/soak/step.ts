// One thing that a visitor of a soak does: what it asks, how it or the origin breaks off, and what must come of it.
import type { Chance } from '../chance.ts'
import { bytesFor, md5 } from './bytes.ts'
import { ORIGIN_FATES, type OriginFate } from './origin.ts'

/** The moments at which a visitor leaves. */
export const VISITOR_FATES = ['in the head', 'in the body', 'before the answer', 'in the answer'] as const
export type VisitorFate = (typeof VISITOR_FATES)[number]

export interface Step {
  readonly n: number
  readonly kind: 'get 1k' | 'get 100k' | 'get chunked' | 'head' | 'post' | 'post chunked' | 'websocket'
  readonly method: 'GET' | 'HEAD' | 'POST'
  readonly target: string
  readonly body: Buffer | undefined
  readonly isChunked: boolean
  /** What a good answer holds. */
  readonly expected: Buffer
  readonly origin: OriginFate | undefined
  readonly visitor: VisitorFate | undefined
}

const KIB = 1024

function draw(chance: Chance): Step['kind'] {
  const dice = chance.below(100)
  if (dice < 44) return 'get 1k'
  if (dice < 52) return 'get 100k'
  if (dice < 60) return 'get chunked'
  if (dice < 68) return 'head'
  if (dice < 83) return 'post'
  return dice < 98 ? 'post chunked' : 'websocket'
}

/** What `kind` asks for, on whichever wire. */
function ask(n: number, kind: Step['kind'], chance: Chance): Omit<Step, 'kind' | 'origin' | 'visitor'> {
  const nothing = Buffer.alloc(0)
  if (kind === 'post' || kind === 'post chunked') {
    const body = bytesFor(n, 1 + chance.below(chance.oneIn(8) ? 200 * KIB : 8 * KIB))
    const expected = Buffer.from(md5(body))
    return { n, method: 'POST', target: `/take?n=${n}`, body, isChunked: kind === 'post chunked', expected }
  }
  const size = kind === 'get 1k' || kind === 'head' ? KIB : 100 * KIB
  const target = `/give?n=${n}&size=${size}${kind === 'get chunked' ? '&chunked=' : ''}`
  const method = kind === 'head' ? 'HEAD' : 'GET'
  const expected = kind === 'head' ? nothing : bytesFor(n, size)
  return { n, method, target, body: undefined, isChunked: false, expected }
}

/** The `n`-th: one in twenty is broken off by the visitor, one in twenty by the origin. */
export function stepOf(n: number, chance: Chance): Step {
  const fate = chance.below(20)
  if (fate === 0) {
    const visitor = chance.pick(VISITOR_FATES)
    const kind = visitor === 'in the body' ? 'post' : visitor === 'in the answer' ? 'get 100k' : draw(chance)
    return { ...ask(n, kind, chance), kind, origin: undefined, visitor }
  }
  if (fate === 1) {
    const origin = chance.pick(ORIGIN_FATES)
    const kind = origin.endsWith('body') ? 'get 100k' : chance.pick(['get 1k', 'head', 'post'] as const)
    const asked = ask(n, kind, chance)
    return { ...asked, target: `${asked.target}&fate=${origin}`, kind, origin, visitor: undefined }
  }
  const kind = draw(chance)
  return { ...ask(n, kind, chance), kind, origin: undefined, visitor: undefined }
}
