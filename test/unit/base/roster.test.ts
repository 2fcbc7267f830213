import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Member, Roster } from '../../../src/base/roster.ts'

const members = (count: number): Member[] => Array.from({ length: count }, () => ({ place: 0 }))

describe('a roster', () => {
  it('has whom a Set would have, whoever joins and leaves', () => {
    const steps = fc.array(fc.record({ joins: fc.boolean(), who: fc.nat(9) }), { maxLength: 60 })
    fc.assert(
      fc.property(steps, all => {
        const everybody = members(10)
        const roster = new Roster<Member>()
        const set = new Set<Member>()
        for (const { joins, who } of all) {
          const member = everybody[who] as Member
          if (!joins) expect(roster.delete(member)).toBe(set.delete(member))
          else if (!set.has(member)) {
            roster.add(member)
            set.add(member)
          }
          expect(roster.size).toBe(set.size)
          expect(new Set(roster.list())).toEqual(set)
          expect(roster.list()).toHaveLength(set.size)
        }
      }),
    )
  })

  it('is gone through whoever leaves meanwhile', () => {
    const everybody = members(5)
    const roster = new Roster<Member>()
    for (const member of everybody) roster.add(member)
    const met: Member[] = []
    for (const member of roster.list()) {
      met.push(member)
      for (const other of everybody) roster.delete(other)
    }
    expect(met).toEqual(everybody)
    expect(roster.size).toBe(0)
  })
})
