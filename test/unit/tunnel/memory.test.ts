import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type AgentMemory, readMemory, writeMemory } from '../../../src/tunnel/memory.ts'

const memory: AgentMemory = {
  id: 'a',
  connects: 3,
  disconnects: 2,
  partings: new Map([['carrier_closed', 2]]),
  offlineSince: undefined,
  lastReason: 'carrier_closed',
  sessions: [
    { address: '192.0.2.1', version: '1', started: 30, ended: undefined, reason: undefined },
    { address: '192.0.2.1', version: '1', started: 10, ended: 20, reason: 'carrier_closed' },
  ],
}

describe('what is remembered of an agent', () => {
  it('is read as it was written, one line each', () => {
    const line = writeMemory(memory)
    expect(line.indexOf('\n')).toBe(line.length - 1)
    expect(readMemory(line)).toEqual(memory)
  })

  it('is nothing in a line that is broken, wherever it breaks off', () => {
    const line = writeMemory(memory).trim()
    for (let end = 0; end < line.length; end++) expect(readMemory(line.slice(0, end))).toBeUndefined()
  })

  it('takes from a file that somebody else wrote only what has its form', () => {
    const odd = {
      id: 'a',
      connects: -1,
      disconnects: '2',
      partings: { x: 1, closed: 4 },
      sessions: [1, { started: 5 }],
    }
    expect(readMemory(JSON.stringify(odd))).toEqual({
      id: 'a',
      connects: 0,
      disconnects: 0,
      partings: new Map([['closed', 4]]),
      offlineSince: undefined,
      lastReason: undefined,
      sessions: [{ address: '', version: '', started: 5, ended: undefined, reason: undefined }],
    })
    fc.assert(
      fc.property(fc.json(), text => {
        readMemory(text)
      }),
    )
  })
})
