import { describe, expect, it } from 'vitest'
import type { Asked } from '../../../src/management/message.ts'
import { type Page, pageFor } from '../../../src/management/pages.ts'

const asked = (method: string, path: string): Asked => ({
  method,
  path,
  query: new URLSearchParams(),
  field: () => undefined,
  body: Buffer.alloc(0),
  peer: '',
})
const page = (method: 'GET' | 'POST', path: string): Page => ({
  method,
  path,
  needs: 'nothing',
  answer: () => ({ status: 200, type: 'text/plain', body: '' }),
})
const PAGES = [page('GET', '/a'), page('GET', '/b'), page('POST', '/b')]

describe('pageFor', () => {
  it('goes by method and whole path, and answers HEAD as GET', () => {
    expect(pageFor(PAGES, asked('POST', '/b'))).toBe(PAGES[2])
    expect(pageFor(PAGES, asked('HEAD', '/a'))).toBe(PAGES[0])
  })

  it('names the methods of a path that has others, and knows no path but the whole one', () => {
    expect(pageFor(PAGES, asked('DELETE', '/b'))).toMatchObject({
      status: 405,
      fields: { Allow: 'GET, HEAD, POST' },
    })
    for (const path of ['/', '/A', '/a/', '//a', '/a/../b', '*'])
      expect(pageFor(PAGES, asked('GET', path))).toMatchObject({ status: 404 })
  })
})
