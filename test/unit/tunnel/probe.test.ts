import { describe, expect, it } from 'vitest'
import { frameReader } from '../../../src/tunnel/preamble.ts'
import {
  type AgentFigures,
  MOST_BYTES,
  type Probe,
  readFigures,
  readProbe,
  writeFigures,
  writeProbe,
} from '../../../src/tunnel/probe.ts'

function textOf(frame: Buffer): string {
  const found = frameReader()(frame)
  if (typeof found === 'string') throw new Error(found)
  return found.text
}

describe('a probe', () => {
  it.each<Probe>([{ kind: 'source', bytes: 12 }, { kind: 'sink' }, { kind: 'report' }])(
    'is read as it was written: %j',
    probe => {
      expect(readProbe(textOf(writeProbe('r', probe)))).toEqual(probe)
    },
  )

  it('never asks for more than 256 MiB', () => {
    const probe = readProbe(textOf(writeProbe('r', { kind: 'source', bytes: 1e15 })))
    expect(probe).toEqual({ kind: 'source', bytes: MOST_BYTES })
  })

  it.each([
    ['an open request', '{"version":1,"network":"tcp","address":"a:1"}'],
    ['another version', '{"version":2,"network":"probe","address":"sink"}'],
    ['another word', '{"version":1,"network":"probe","address":"toString"}'],
    ['bytes that are none', '{"version":1,"network":"probe","address":"source","bytes":"9"}'],
    ['a negative amount', '{"version":1,"network":"probe","address":"source","bytes":-1}'],
    ['no JSON', 'probe'],
  ])('is none in %s', (_, text) => {
    expect(readProbe(text)).toBeUndefined()
  })
})

describe('the figures of an agent', () => {
  const figures: AgentFigures = {
    uptimeSeconds: 1.5,
    cpuSeconds: 0.25,
    residentBytes: 50_000_000,
    streams: 3,
    bytesReceived: 10,
    bytesSent: 20,
  }

  it('are read as they were written', () => {
    expect(readFigures(textOf(writeFigures(figures)))).toEqual(figures)
  })

  it.each([
    ['a missing one', '{"uptime_seconds":1}'],
    ['text', JSON.stringify({ ...JSON.parse(textOf(writeFigures(figures))), streams: '3' })],
    ['a negative one', JSON.stringify({ ...JSON.parse(textOf(writeFigures(figures))), cpu_seconds: -1 })],
    ['a list', '[]'],
  ])('are none with %s', (_, text) => {
    expect(readFigures(text)).toBeUndefined()
  })
})
