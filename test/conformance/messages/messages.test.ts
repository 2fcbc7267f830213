// Hand-written messages, each with the clause that decides it: the same events, whole and byte by byte.
import { describe, expect, it } from 'vitest'
import { type MessageCase, readCases } from './cases.ts'
import { requestEvents, responseEvents } from './events.ts'

function byteByByte(bytes: Buffer): readonly Buffer[] {
  return Array.from(bytes, byte => Buffer.from([byte]))
}

/** The kinds of attack on HTTP/1.1 messages that made CVEs elsewhere; each must have its cases. */
const ATTACKS = [
  'coding spelled oddly',
  'length spelled oddly',
  'line ends and folding',
  'chunk extensions',
  'names at the edge',
  'upgrade too early',
  'expectations',
  'poisoned connection',
  'body of a GET',
  'framing dropped',
  'heads that throw',
  'nominated fields',
  'names of JavaScript',
  'fragment in the target',
  'ambiguous host',
  'CONNECT',
  'other protocols',
]

function eventsOf(kind: string, one: MessageCase, pieces: readonly Buffer[]): readonly string[] {
  if (kind === 'requests') return requestEvents(pieces, one.limits)
  return responseEvents(one.method, pieces, one.closes)
}

const files = { requests: readCases('requests.yaml'), responses: readCases('responses.yaml') }

describe.each(Object.entries(files))('%s', (kind, cases) => {
  it.each(cases.map(one => [one.name, one] as const))('%s', (_, one) => {
    expect(eventsOf(kind, one, [one.bytes])).toEqual(one.events)
    expect(eventsOf(kind, one, byteByByte(one.bytes))).toEqual(one.events)
  })

  it('no two cases have the same name', () => {
    expect(new Set(cases.map(one => one.name)).size).toBe(cases.length)
  })

  it('every case names its clause', () => {
    expect(
      cases.filter(one => !/^RFC \d{4} [\dA-Z.]+$|^design$/.test(one.rule)).map(one => one.name),
    ).toEqual([])
  })
})

describe('coverage', () => {
  it('every kind of attack has a case', () => {
    const covered = new Set(Object.values(files).flatMap(cases => cases.map(one => one.attack)))
    expect([...covered].filter(attack => attack !== undefined).sort()).toEqual([...ATTACKS].sort())
  })
})
