import { describe, expect, it } from 'vitest'
import { certificateWarnings } from '../../../src/tls/warnings.ts'
import { plainCertificate } from '../../support/plain-certificate.ts'

const DAY = 86_400
const END = Date.UTC(2026, 11, 31) / 1000
const certificate = plainCertificate('site', ['a.test'], { notBefore: END - 90 * DAY, notAfter: END })

describe('the time of a certificate', () => {
  it.each([
    [-91 * DAY, 'certificate/not-valid', 'before 2026-10-02'],
    [-90 * DAY, undefined, ''],
    [-14 * DAY - 1, undefined, ''],
    [-14 * DAY + 1, 'certificate/expires-soon', 'in 13 days, on 2026-12-31'],
    [-DAY - 1, 'certificate/expires-soon', 'in 1 day, on'],
    [-1, 'certificate/expires-soon', 'today or tomorrow'],
    [0, 'certificate/not-valid', 'expired on 2026-12-31'],
  ])('%d seconds from its end: %s', (from, code, text) => {
    const found = certificateWarnings(certificate, (END + from) * 1000)
    expect(found.map(one => one.code)).toEqual(code === undefined ? [] : [code])
    expect(found[0]?.message ?? '').toContain(text)
    expect(
      found.every(({ severity, at }) => severity === 'warning' && at === '/certificates/site/cert_file'),
    ).toBe(true)
  })
})

describe('the hosts of a certificate', () => {
  it('that it is not for are told', () => {
    const names = ['a.test', '*.b.test', 'c.test', 'd.test', 'e.test']
    const found = certificateWarnings(plainCertificate('site', ['x.b.test', 'b.test'], { names }), 0)
    expect(found).toMatchObject([
      {
        code: 'certificate/other-host',
        at: '/certificates/site/hosts/1',
        message: expect.stringContaining('a.test, *.b.test, c.test and 2 more'),
      },
    ])
  })

  it('are not judged while its names aren’t known', () => {
    expect(certificateWarnings(plainCertificate('site', ['a.test'], { names: undefined }), 0)).toEqual([])
  })
})
