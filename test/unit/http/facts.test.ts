import { expect, it } from 'vitest'
import { addressSet } from '../../../src/base/cidr.ts'
import { readFacts } from '../../../src/http/facts.ts'
import { fieldReader } from '../../support/field-reader.ts'

it('facts are everything a decision reads, normalised once', () => {
  const fields = fieldReader([
    ['X-Forwarded-For', '192.0.2.9'],
    ['x-forwarded-FOR', '10.0.0.2'],
  ])
  const connection = { words: 0, isMalformed: false, namesPseudo: false, nominated: new Set<string>() }
  const head = {
    method: 'GET',
    scheme: 'http',
    authority: 'App.Example:80',
    target: '/a%70i//x%2F?q=%zz',
    fields,
    connection,
    peer: '10.0.0.1',
  } as const
  expect(readFacts(head, addressSet(['10.0.0.0/8']))).toEqual({
    method: 'GET',
    scheme: 'http',
    authority: 'App.Example:80',
    host: 'app.example',
    path: '/a%70i//x%2F',
    decodedPath: '/api/x/',
    pathClass: 'encoded_separator',
    query: '?q=%zz',
    fields,
    connection,
    client: '192.0.2.9',
  })
})
