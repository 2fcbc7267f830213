import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatDuration, parseDuration } from '../../../src/base/duration.ts'
import { formatSize, parseSize } from '../../../src/base/size.ts'

describe('durations', () => {
  it.each([
    ['0', 0],
    ['250ms', 250],
    ['30s', 30_000],
    ['1.5s', 1500],
    ['5m', 300_000],
    ['1h30m', 5_400_000],
    ['7d', 604_800_000],
    ['1d2h3m4s5ms', 93_784_005],
  ])('%s', (text, ms) => {
    expect(parseDuration(text)).toBe(ms)
  })

  it.each(['', '10', '-1s', '1', '1 s', '30m1h', '1s1s', '1.5m', 's', '1e3s', '00', 'ms'])(
    '%s is none',
    text => {
      expect(parseDuration(text)).toBeUndefined()
    },
  )

  it('what is written is read back', () => {
    fc.assert(
      fc.property(fc.nat({ max: 10 ** 12 }), ms => {
        expect(parseDuration(formatDuration(ms))).toBe(ms)
      }),
    )
  })
})

describe('sizes', () => {
  it.each([
    ['0', 0],
    ['512', 512],
    ['512B', 512],
    ['64KiB', 65_536],
    ['10MiB', 10_485_760],
    ['1GiB', 1_073_741_824],
    ['2TiB', 2_199_023_255_552],
  ])('%s', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes)
  })

  it.each(['', '-1', '1KB', '1k', '1.5MiB', '1 KiB', 'KiB', '9007199254740993', '99999TiB'])(
    '%s is none',
    text => {
      expect(parseSize(text)).toBeUndefined()
    },
  )

  it('what is written is read back', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), bytes => {
        expect(parseSize(formatSize(bytes))).toBe(bytes)
      }),
    )
  })
})
