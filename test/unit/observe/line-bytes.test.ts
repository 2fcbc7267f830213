import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { asciiBytes, LineBytes } from '../../../src/observe/line-bytes.ts'

const ascii = fc.string({ unit: fc.integer({ min: 32, max: 126 }).map(code => String.fromCharCode(code)) })

describe('lines as bytes', () => {
  it('are what text, pieces and numbers are as a string, taken at any time', () => {
    const part = fc.oneof(
      ascii.map(text => ({ text, add: (to: LineBytes) => to.text(text) })),
      ascii.map(text => ({ text, add: (to: LineBytes) => to.piece(asciiBytes(text)) })),
      fc.maxSafeNat().map(n => ({ text: String(n), add: (to: LineBytes) => to.integer(n) })),
      fc.constantFrom(0, 9, 10, 99, 100, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 10 ** 15).map(n => ({
        text: String(n),
        add: (to: LineBytes) => to.integer(n),
      })),
      fc.nat().map(micros => ({
        text: (micros / 1e6).toFixed(6),
        add: (to: LineBytes) => to.seconds(micros / 1000),
      })),
    )
    fc.assert(
      fc.property(fc.array(fc.array(part)), fc.integer({ min: 1, max: 100 }), (batches, usual) => {
        const to = new LineBytes(usual)
        const all = batches.map(parts => {
          for (const { add } of parts) add(to)
          const expected = parts.map(({ text }) => text).join('')
          expect(to.length).toBe(expected.length)
          return [to.take(), expected] as const
        })
        // What was taken stays, whatever is added later.
        for (const [taken, expected] of all) expect(taken.toString()).toBe(expected)
      }),
    )
  })

  it('take plain text alone, or none of it', () => {
    fc.assert(
      fc.property(fc.oneof(ascii, fc.string({ unit: 'binary' })), ascii, (text, before) => {
        const to = new LineBytes(10)
        to.text(before)
        const isPlain = JSON.stringify(text) === `"${text}"` && /^[ -~]*$/.test(text)
        expect(to.plain(text)).toBe(isPlain)
        expect(to.take().toString()).toBe(isPlain ? before + text : before)
      }),
    )
  })

  it('hold more than is usual', () => {
    const to = new LineBytes(200_000)
    const [short, long] = ['x'.repeat(1000), 'y'.repeat(300_000)]
    for (let n = 0; n < 200; n++) to.text(short)
    to.piece(asciiBytes(long))
    to.integer(7)
    expect(to.take().toString()).toBe(`${short.repeat(200)}${long}7`)
    expect(to.take()).toHaveLength(0)
  })

  it('show no time before 0', () => {
    const to = new LineBytes(200_000)
    to.seconds(-1)
    expect(to.take().toString()).toBe('0.000000')
  })
})
