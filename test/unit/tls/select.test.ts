import { describe, expect, it } from 'vitest'
import { select, selectionOf } from '../../../src/tls/select.ts'
import { plainCertificate } from '../../support/plain-certificate.ts'

const exact = plainCertificate('exact', ['a.example.com', 'example.com'])
const wild = plainCertificate('wild', ['*.example.com'])
const later = plainCertificate('later', ['example.com', '*.deep.example.com', '192.0.2.1'])
const fallback = plainCertificate('fallback', [])

describe('a visitor', () => {
  const selection = selectionOf([exact, wild, later], fallback)

  it.each([
    ['a.example.com', 'exact'],
    ['A.EXAMPLE.COM.', 'exact'],
    ['b.example.com', 'wild'],
    ['a.deep.example.com', 'later'],
    ['deep.example.com', 'wild'],
    ['example.com', 'exact'],
    ['192.0.2.1', 'later'],
    ['a.b.c.example.com', 'fallback'],
    ['example.org', 'fallback'],
    ['', 'fallback'],
    [undefined, 'fallback'],
    ['__proto__', 'fallback'],
    ['.', 'fallback'],
    ['.example.com', 'fallback'],
    [`${'a'.repeat(300)}.example.com`, 'wild'],
    ['\0', 'fallback'],
    ['fe80::1%eth0', 'fallback'],
  ])('who asks for %j is shown %s', (name, id) => {
    expect(select(selection, name).id).toBe(id)
  })
})
