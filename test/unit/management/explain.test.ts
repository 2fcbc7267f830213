import { expect, it } from 'vitest'
import { readQuestion } from '../../../src/management/explain.ts'

const read = (value: unknown) => readQuestion(Buffer.from(JSON.stringify(value)))

it('a url is enough; everything else has the form that explain wants', () => {
  expect(read({ url: 'http://a/' })).toEqual({
    method: 'GET',
    url: 'http://a/',
    fields: [],
    from: '127.0.0.1',
    listener: undefined,
  })
  expect(read({ url: '/', method: 'PUT', headers: [['A', 'b']], from: '', listener: 'web' })).toMatchObject({
    fields: [['A', 'b']],
    from: '',
    listener: 'web',
  })
})

it.each([
  [null],
  [[]],
  ['text'],
  [{}],
  [{ url: 1 }],
  [{ url: '/', method: 1 }],
  [{ url: '/', headers: [['a']] }],
  [{ url: '/', headers: [['a', 1]] }],
  [{ url: '/', from: 'unix' }],
  [{ url: '/', listener: 1 }],
])('%j is no question', value => {
  expect(read(value)).toBeTypeOf('string')
})
