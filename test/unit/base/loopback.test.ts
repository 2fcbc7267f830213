import { expect, it } from 'vitest'
import { isLoopback } from '../../../src/base/loopback.ts'

it.each(['127.0.0.1', '127.9.9.9', '::1', '0:0:0:0:0:0:0:1', '::0:1'])('%s is our own', address => {
  expect(isLoopback(address)).toBe(true)
})

it.each(['', '0.0.0.0', '::', '128.0.0.1', '10.0.0.1', 'fe80::1', '::1%lo', 'localhost', '::ffff:127.0.0.1'])(
  '%s may be reached by others',
  address => {
    expect(isLoopback(address)).toBe(false)
  },
)
