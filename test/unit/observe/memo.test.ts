import { describe, expect, it } from 'vitest'
import { latest, MOST, memo } from '../../../src/observe/memo.ts'

describe('a memo', () => {
  it('makes what it is asked for once, in whatever order it is asked', () => {
    const made: string[] = []
    const of = memo(text => {
      made.push(text)
      return `<${text}>`
    })
    for (const text of ['a', 'a', 'b', 'a', '', 'b', '']) expect(of(text).toString()).toBe(`<${text}>`)
    expect(made).toEqual(['a', 'b', ''])
  })

  it('forgets all when it knows too many, and never keeps what is long', () => {
    let count = 0
    const of = memo(text => {
      count++
      return text
    })
    for (let n = 0; n <= MOST; n++) of(String(n))
    expect(count).toBe(MOST + 1)
    of('0')
    expect(count).toBe(MOST + 2)
    const long = 'x'.repeat(1000)
    for (let n = 0; n < 3; n++) expect([of(long).toString(), of('0').toString()]).toEqual([long, '0'])
    expect(count).toBe(MOST + 5)
  })
})

it('knows the latest value only', () => {
  const made: number[] = []
  const of = latest((value: number) => {
    made.push(value)
    return Buffer.from(`<${value}>`)
  })
  for (const value of [0, 0, 1, 1, 0]) expect(of(value).toString()).toBe(`<${value}>`)
  expect(made).toEqual([0, 1, 0])
})
