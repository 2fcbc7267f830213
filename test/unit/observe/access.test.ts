import { describe, expect, it } from 'vitest'
import { type AccessRules, isKept, openAccessLog } from '../../../src/observe/access.ts'
import type { EventName } from '../../../src/observe/events.ts'
import type { Lines } from '../../../src/observe/lines.ts'
import type { Fields, Log } from '../../../src/observe/log.ts'
import { handClock } from '../../support/clock.ts'
import { aRecord } from './records.ts'

const RULES: AccessRules = { enabled: true, format: 'combined', sample: 1 }

function stage(rules: AccessRules = RULES) {
  const clock = handClock()
  const told: [EventName, Fields | undefined][] = []
  const warn = (event: EventName, fields?: Fields) => void told.push([event, fields])
  const log: Log = { trace: warn, debug: warn, info: warn, warn, error: warn }
  const writes: string[] = []
  const reader = { isStuck: false }
  const lines: Lines = {
    write: text => !reader.isStuck && writes.push(text.toString()) > 0,
    close: () => Promise.resolve(),
  }
  return { clock, told, writes, reader, access: openAccessLog({ lines, clock, log, rules }) }
}

function countLines(writes: readonly string[]): number {
  return writes.join('').split('\n').length - 1
}

describe('the access log', () => {
  it('writes a batch half a second after its first record, and sets no timer when idle', () => {
    const { clock, writes, access } = stage()
    expect(clock.pending).toBe(0)
    access.record(aRecord())
    access.record(aRecord())
    clock.wind(499)
    expect(writes).toEqual([])
    clock.wind(1)
    expect(countLines(writes)).toBe(2)
    expect(clock.pending).toBe(0)
  })

  it('writes at once when a batch is full', () => {
    const { writes, access, clock } = stage()
    for (let n = 0; n < 6000; n++) access.record(aRecord())
    expect(writes.length).toBeGreaterThan(1)
    clock.wind(500)
    expect(countLines(writes)).toBe(6000)
  })

  it('writes what is left when it is closed', async () => {
    const { writes, access } = stage()
    access.record(aRecord())
    await access.close(1000)
    expect(countLines(writes)).toBe(1)
  })

  it('changes format, sample and off without losing a line', () => {
    const { writes, access, clock } = stage()
    access.record(aRecord())
    access.configure({ ...RULES, format: 'json' })
    access.record(aRecord())
    access.configure({ ...RULES, enabled: false })
    access.record(aRecord())
    clock.wind(500)
    const [first, second, ...rest] = writes.join('').trimEnd().split('\n')
    expect(first).toMatch(/^203\.0\.113\.9 - - /)
    expect(second).toMatch(/^\{"time":"2026-11-20T11:23:45\.067Z"/)
    expect(rest).toEqual([])
  })

  it('drops and counts when its reader is stuck, tells at most every 10 s, and goes on afterwards', () => {
    const { clock, told, writes, reader, access } = stage()
    reader.isStuck = true
    access.record(aRecord())
    clock.wind(500)
    expect(told).toEqual([['access/dropped', { count: 1 }]])
    for (let n = 0; n < 4; n++) {
      access.record(aRecord())
      clock.wind(500)
    }
    expect(told).toHaveLength(1)
    clock.wind(8000)
    expect(told[1]).toEqual(['access/dropped', { count: 4 }])
    reader.isStuck = false
    access.record(aRecord())
    clock.wind(20_000)
    expect(told).toHaveLength(2)
    expect(countLines(writes)).toBe(1)
    expect(clock.pending).toBe(0)
  })

  it('tells what it dropped when it is closed', async () => {
    const { told, reader, access, clock } = stage()
    reader.isStuck = true
    access.record(aRecord())
    clock.wind(500)
    access.record(aRecord())
    await access.close(0)
    expect(told.map(([, fields]) => fields)).toEqual([{ count: 1 }, { count: 1 }])
  })
})

describe('a sample', () => {
  const ids = Array.from({ length: 20_000 }, (_, n) => n.toString(16).padStart(32, '0'))

  it.each([0, 0.01, 0.25, 0.5, 0.99])('of %d keeps that share, the same one every time', sample => {
    const kept = ids.filter(requestId => isKept(aRecord({ requestId }), sample))
    expect(Math.abs(kept.length / ids.length - sample)).toBeLessThan(0.015)
    expect(ids.filter(requestId => isKept(aRecord({ requestId }), sample))).toEqual(kept)
  })

  it('keeps every server error and every failure', () => {
    expect(isKept(aRecord({ status: 500 }), 0)).toBe(true)
    expect(isKept(aRecord({ status: 499, reason: 'client_cancelled' }), 0)).toBe(true)
    expect(isKept(aRecord({ status: 200, reason: 'connection_terminated' }), 0)).toBe(true)
    expect(isKept(aRecord({ status: 404, reason: 'no_route' }), 0)).toBe(false)
    expect(isKept(aRecord({ status: 200, reason: 'static' }), 0)).toBe(false)
  })
})
