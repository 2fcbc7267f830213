import { X509Certificate } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { covers, namesIn, plainName } from '../../../src/tls/names.ts'

const GOOD = join(import.meta.dirname, '../../conformance/diagnostics/parts/tls/good.pem')

const saying = (subjectAltName: string | undefined, subject = 'CN=common.test'): X509Certificate =>
  ({ subjectAltName, subject }) as unknown as X509Certificate

describe('a name covers', () => {
  it.each([
    ['example.com', 'example.com', true],
    ['example.com', 'EXAMPLE.com.', true],
    ['example.com', 'a.example.com', false],
    ['*.example.com', 'a.example.com', true],
    ['*.example.com', 'A.Example.Com', true],
    ['*.example.com', 'example.com', false],
    ['*.example.com', 'a.b.example.com', false],
    ['*.example.com', '.example.com', false],
    ['*.example.com', 'a.example.com.evil.test', false],
    ['*', 'localhost', false],
    ['*.2.3.4', '1.2.3.4', false],
    ['::1', '0:0:0:0:0:0:0:1', true],
    ['192.0.2.1', '192.0.2.1', true],
    ['__proto__', 'constructor', false],
  ])('%s, %s: %s', (name, host, is) => {
    expect(covers([name], host)).toBe(is)
  })
})

describe('names', () => {
  it('are compared in one spelling', () => {
    expect(['A.b.', '2001:DB8:0::1', '10.0.0.1'].map(plainName)).toEqual(['a.b', '2001:db8::1', '10.0.0.1'])
  })

  it('are read from a certificate', () => {
    expect(namesIn(new X509Certificate(readFileSync(GOOD)))).toEqual(['example.com', '*.example.com'])
  })

  it.each([
    ['DNS:A.test, IP Address:0:0:0:0:0:0:0:1, DNS:b.test', ['a.test', '::1', 'b.test']],
    ['email:a@b.test, DNS:a.test, URI:http://c.test/', ['a.test']],
    // What holds a comma or a NUL is quoted by Node (CVE-2021-44532), and is no host.
    ['DNS:"evil.test, DNS:good.test", DNS:a.test', ['a.test']],
    ['DNS:"a.test\\u0000.evil.test"', ['common.test']],
    [undefined, ['common.test']],
  ])('%s is %j', (text, names) => {
    expect(namesIn(saying(text))).toEqual(names)
  })

  it('may be none', () => {
    expect(namesIn(saying(undefined, 'O=Nobody'))).toEqual([])
  })
})
