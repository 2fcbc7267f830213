import { describe, expect, it } from 'vitest'
import { type BeginLane, beginLanes } from '../../../src/agent/lanes.ts'

function world(count: number) {
  const calls: string[] = []
  let connected: (takesOthers: boolean) => void = () => undefined
  const begin: BeginLane = (number, told) => {
    calls.push(`begin ${number}`)
    if (number === 0) connected = told
    return {
      hurry: () => void calls.push(`hurry ${number}`),
      async leave(within) {
        calls.push(`leave ${number} ${within}`)
      },
    }
  }
  const lanes = beginLanes(count, begin)
  return { calls, lanes, connected: (takesOthers: boolean) => connected(takesOthers) }
}

describe('lanes', () => {
  it('begin with one, and go on with the others once the server takes them', () => {
    const { calls, connected } = world(3)
    expect(calls).toEqual(['begin 0'])
    connected(true)
    expect(calls).toEqual(['begin 0', 'begin 1', 'begin 2'])
    connected(true)
    expect(calls).toHaveLength(3)
  })

  it('stay at one where the server doesn’t, and go back to one where another server answers', () => {
    const { calls, connected } = world(2)
    connected(false)
    expect(calls).toEqual(['begin 0'])
    connected(true)
    connected(false)
    expect(calls.slice(1)).toEqual(['begin 1', 'leave 1 0'])
    connected(true)
    expect(calls.at(-1)).toBe('begin 1')
  })

  it('hurry and leave together, and none begins meanwhile', async () => {
    const { calls, lanes, connected } = world(2)
    await lanes.leave(5)
    connected(true)
    expect(calls).toEqual(['begin 0', 'leave 0 5'])
    const other = world(2)
    other.connected(true)
    other.lanes.hurry()
    await other.lanes.leave(7)
    expect(other.calls.slice(2)).toEqual(['hurry 0', 'hurry 1', 'leave 0 7', 'leave 1 7'])
  })
})
