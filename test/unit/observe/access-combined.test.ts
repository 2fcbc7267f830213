import { expect, it } from 'vitest'
import { combinedLine } from '../../../src/observe/access-combined.ts'
import { aRecord } from './records.ts'

const TIME = '20/Nov/2026:11:23:45 +0000'

it('is what Apache and nginx write', () => {
  expect(combinedLine(aRecord({ referer: 'https://a.example/' }), TIME)).toBe(
    `203.0.113.9 - - [${TIME}] "GET /api/orders?page=2 HTTP/1.1" 200 1024 "https://a.example/" "curl/8.5.0"\n`,
  )
})

it('shows a dash for what is absent and unix: for a peer without an address', () => {
  const bare = aRecord({ client: '', method: '', userAgent: undefined, status: 400, bytesOut: 0 })
  expect(combinedLine(bare, TIME)).toBe(`unix: - - [${TIME}] "-" 400 0 "-" "-"\n`)
})

it('writes HTTP/2 with its minor version', () => {
  expect(combinedLine(aRecord({ protocol: 'HTTP/2' }), TIME)).toContain(' HTTP/2.0" ')
})

it('escapes quotes, backslashes, controls and bytes beyond ASCII as nginx does', () => {
  const line = combinedLine(
    aRecord({ userAgent: 'a"b\\c\r\n\x1b\xe9\x7f', referer: '\u2028', requestTarget: '/"\n' }),
    TIME,
  )
  expect(line).toContain('"a\\x22b\\x5Cc\\x0D\\x0A\\x1B\\xE9\\x7F"')
  expect(line).toContain('"\\xE2\\x80\\xA8"')
  expect(line).toMatch(/^[\x20-\x7e]+\n$/)
})

it('hides credentials in the target and in the referer', () => {
  const line = combinedLine(
    aRecord({ requestTarget: '/cb?code=s3cret&x=1', referer: 'https://u:pw@h/?token=s3cret' }),
    TIME,
  )
  expect(line).not.toMatch(/s3cret|u:pw/)
  expect(line).toContain('/cb?code=[redacted]&x=1')
})
