import { describe, expect, it } from 'vitest'
import { isPassword, parsePasswordHash, passwordHash } from '../../../src/base/password.ts'
import { systemRandom } from '../../../src/base/random.ts'

describe('the hash of a password', () => {
  it('fits the password, under a salt of its own, and no other', async () => {
    const random = systemRandom()
    const [one, two] = [await passwordHash('grün', random), await passwordHash('grün', random)]
    expect(one).not.toBe(two)
    expect(one).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[^$]{22}\$[^$]{43}$/)
    for (const text of [one, two]) expect(await isPassword('grün', parsePasswordHash(text))).toBe(true)
    for (const other of ['grun', 'grün ', '', 'GRÜN'])
      expect(await isPassword(other, parsePasswordHash(one))).toBe(false)
    expect(await isPassword('grün', undefined)).toBe(false)
  })

  // Made by `argon2` of Debian's package of that name: echo -n password | argon2 somesaltsomesalt -id -t 2 -k 19456 -p 1 -e
  it('is that of other tools', async () => {
    const text =
      '$argon2id$v=19$m=19456,t=2,p=1$c29tZXNhbHRzb21lc2FsdA$K13EBUiG7JV+9ZxztmHFTdb7J0WQsnj2V8bZaqyPptE'
    expect(await isPassword('password', parsePasswordHash(text))).toBe(true)
  })

  it.each([
    ['a password', 'correct horse'],
    ['bcrypt', '$2b$12$abcdefghijklmnopqrstuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuuu'],
    ['argon2i', '$argon2i$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$0000000000000000000000'],
    ['another version', '$argon2id$v=16$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$0000000000000000000000'],
    ['too much memory', '$argon2id$v=19$m=262145,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$0000000000000000000000'],
    ['too little of it', '$argon2id$v=19$m=7,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$0000000000000000000000'],
    ['too many passes', '$argon2id$v=19$m=19456,t=11,p=1$AAAAAAAAAAAAAAAAAAAAAA$0000000000000000000000'],
    ['no passes', '$argon2id$v=19$m=19456,t=0,p=1$AAAAAAAAAAAAAAAAAAAAAA$0000000000000000000000'],
    ['too short a hash', '$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$000'],
    ['more behind it', '$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$0000000000000000000000$'],
  ])('is none in %s', (_, text) => {
    expect(parsePasswordHash(text)).toBeUndefined()
  })
})
