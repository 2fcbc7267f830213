import { expect, it } from 'vitest'
import { sayList } from '../../../src/management/list.ts'
import type { Asked } from '../../../src/management/message.ts'

const asked = (query: string): Asked => ({
  method: 'GET',
  path: '/',
  query: new URLSearchParams(query),
  field: () => undefined,
  body: Buffer.alloc(0),
  peer: '',
})
const ALL = Array.from({ length: 250 }, (_, at) => at)
const list = (query: string) => {
  const { status, body } = sayList(asked(query), ALL, one => one)
  return { status, ...JSON.parse(body) }
}

it('has a hundred rows to a page unless asked, and never more than two hundred', () => {
  expect(list('')).toMatchObject({ status: 200, meta: { total: 250, offset: 0, limit: 100 } })
  expect(list('').data).toHaveLength(100)
  expect(list('limit=200&offset=100').data).toEqual(ALL.slice(100))
  expect(list('offset=250').data).toEqual([])
  for (const query of ['limit=201', 'limit=1e2', 'offset=-1', 'limit=', 'offset=99999999999'])
    expect(list(query).status, query).toBe(400)
})
