// Lists, page by page: `{ data, meta }`, so that no answer about a large table is large, and none takes long to make.
import { type Asked, type Said, sayJson, sayTrouble } from './message.ts'

const USUAL = 100
const MOST = 200

function numberIn(query: URLSearchParams, name: string, usual: number, most: number): number | undefined {
  const text = query.get(name)
  if (text === null) return usual
  return /^\d{1,9}$/.test(text) && Number(text) <= most ? Number(text) : undefined
}

/** The part of `all` that `?limit=&offset=` ask for, told one by one. */
export function sayList<T>(
  { query }: Asked,
  all: readonly T[],
  tell: (one: T) => unknown,
  meta: Readonly<Record<string, unknown>> = {},
): Said {
  const limit = numberIn(query, 'limit', USUAL, MOST)
  const offset = numberIn(query, 'offset', 0, 999_999_999)
  if (limit === undefined || offset === undefined)
    return sayTrouble(400, { code: 'query', message: `limit is a number up to ${MOST}, offset a number` })
  return sayJson(200, {
    data: all.slice(offset, offset + limit).map(tell),
    meta: { total: all.length, offset, limit, ...meta },
  })
}
