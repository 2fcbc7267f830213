import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Inbox } from '../../../../src/tunnel/mux/inbox.ts'

function drained(inbox: Inbox): Buffer[] {
  const blocks: Buffer[] = []
  for (let block = inbox.take(); block !== undefined; block = inbox.take()) blocks.push(block)
  return blocks
}

describe('the inbox', () => {
  it('gives back what it got, in order, however adding and taking alternate', () => {
    const step = fc.oneof(fc.constant('take' as const), fc.integer({ min: 1, max: 80_000 }))
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), steps => {
        const inbox = new Inbox()
        const [given, taken]: [Buffer[], Buffer[]] = [[], []]
        for (const one of steps) {
          if (one === 'take') taken.push(...[inbox.take()].filter(block => block !== undefined))
          else {
            const piece = Buffer.alloc(one, given.length)
            given.push(piece)
            inbox.add(piece, false)
          }
          const sum = (all: readonly Buffer[]): number => all.reduce((total, { length }) => total + length, 0)
          expect(inbox.length).toBe(sum(given) - sum(taken))
        }
        taken.push(...drained(inbox))
        expect(Buffer.concat(taken).equals(Buffer.concat(given))).toBe(true)
        expect(inbox.length).toBe(0)
      }),
    )
  })

  it('holds memory in proportion to its bytes when they are small parts of large reads', () => {
    const inbox = new Inbox()
    for (let n = 0; n < 10_000; n++) inbox.add(Buffer.allocUnsafeSlow(65_536).subarray(n, n + 10), false)
    const held = new Set(drained(inbox).map(block => block.buffer))
    expect([...held].reduce((total, { byteLength }) => total + byteLength, 0)).toBeLessThan(2 * 100_000)
  })

  it('is empty after it was emptied', () => {
    const inbox = new Inbox()
    inbox.add(Buffer.alloc(10), false)
    inbox.add(Buffer.alloc(50_000), false)
    inbox.empty()
    expect(inbox.length).toBe(0)
    expect(inbox.take()).toBeUndefined()
  })
})
