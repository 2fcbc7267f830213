import { expect, it } from 'vitest'
import { crc32c } from '../../../src/net/crc32c.ts'

// RFC 3720 B.4, and the check value of every catalogue of such sums.
it.each([
  ['thirty-two zeros', Buffer.alloc(32), 0x8a9136aa],
  ['thirty-two ones', Buffer.alloc(32, 0xff), 0x62a8ab43],
  ['ascending bytes', Buffer.from(Array.from({ length: 32 }, (_, at) => at)), 0x46dd794e],
  ['the nine digits', Buffer.from('123456789'), 0xe3069283],
  ['nothing', Buffer.alloc(0), 0],
])('the sum of %s is the published one', (_, bytes, sum) => {
  expect(crc32c(bytes)).toBe(sum)
})
