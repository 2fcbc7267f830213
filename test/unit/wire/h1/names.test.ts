import { describe, expect, it } from 'vitest'
import { FIELD, FIELD_NAMES, FIELD_TABLE, fieldId, hashStep, slotOf } from '../../../../src/wire/h1/names.ts'

const slot = (name: string): number => {
  let hash = 0
  for (const char of name) hash = hashStep(hash, char.charCodeAt(0))
  return slotOf(hash)
}

describe('known field names', () => {
  it('each has one number, and the number its name', () => {
    expect(Object.values(FIELD)).toEqual(FIELD_NAMES.map((_, id) => id))
    expect(FIELD_NAMES.slice(1).map(name => fieldId(name))).toEqual(
      FIELD_NAMES.slice(1).map((_, id) => id + 1),
    )
  })

  it('the numbers stand for the names that the words suggest', () => {
    const words = Object.keys(FIELD).map(word => word.toLowerCase())
    const names = FIELD_NAMES.map(name => name.replaceAll('-', '').replace('secwebsocket', 'websocket'))
    expect(words).toEqual(['other', ...names.slice(1)])
  })

  it.each(['', 'x', 'hosts', 'Host', 'content_length', '__proto__'])('%j is none of them', name => {
    expect(fieldId(name)).toBe(0)
  })

  it('another name in the slot of a known one is not taken for it', () => {
    const wanted = slot('host')
    const double = Array.from({ length: 100_000 }, (_, n) => `x${n}`).find(name => slot(name) === wanted)
    expect(double).toBeDefined()
    expect(FIELD_TABLE[slot(double ?? '')]).toBe(FIELD.host)
    expect(fieldId(double ?? '')).toBe(0)
  })
})
