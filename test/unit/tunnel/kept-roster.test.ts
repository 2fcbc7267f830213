import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Log } from '../../../src/observe/log.ts'
import { keepRoster } from '../../../src/tunnel/kept-roster.ts'
import { type AgentMemory, writeMemory } from '../../../src/tunnel/memory.ts'
import { handClock } from '../../support/clock.ts'

const known = (id: string, connects = 1): AgentMemory => ({
  id,
  connects,
  disconnects: 0,
  partings: new Map(),
  offlineSince: undefined,
  lastReason: undefined,
  sessions: [],
})

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'p2pstream-roster-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function world() {
  const clock = handClock()
  const told: string[] = []
  const remembered: string[] = []
  const agents: AgentMemory[] = []
  const quiet = (): void => undefined
  const log: Log = {
    trace: quiet,
    debug: quiet,
    info: quiet,
    warn: event => void told.push(event),
    error: quiet,
  }
  const roster = {
    memories: () => agents,
    remember(one: AgentMemory) {
      remembered.push(one.id)
      agents.push(one)
    },
  }
  return { clock, told, remembered, agents, kept: keepRoster(() => roster, { clock, log }) }
}

const ids = (path: string): readonly unknown[] =>
  readFileSync(join(path, 'agents.jsonl'), 'utf8')
    .trim()
    .split('\n')
    .map(line => JSON.parse(line).id)

describe('the roster on disk', () => {
  it('is written once for everything that changed within five seconds, and at the end', async () => {
    const { clock, kept, agents } = world()
    await kept.in(folder)
    agents.push(known('a'))
    kept.changed()
    clock.wind(4_000)
    agents.push(known('b'))
    kept.changed()
    expect(() => ids(folder)).toThrow()
    clock.wind(1_000)
    await kept.close()
    expect(ids(folder)).toEqual(['a', 'b'])
    agents.pop()
    kept.changed()
    await kept.close()
    expect(ids(folder)).toEqual(['a'])
  })

  it('is read the first time, all lines but those that are broken', async () => {
    writeFileSync(
      join(folder, 'agents.jsonl'),
      `${writeMemory(known('a'))}{"id":\n${writeMemory(known('b'))}`,
    )
    const { kept, remembered } = world()
    await kept.in(folder)
    await kept.in(folder)
    expect(remembered).toEqual(['a', 'b'])
  })

  it('is read before it is written, however soon that is', async () => {
    writeFileSync(join(folder, 'agents.jsonl'), writeMemory(known('a')))
    const { kept, agents } = world()
    agents.push(known('b'))
    void kept.in(folder)
    kept.changed()
    await kept.close()
    expect(ids(folder)).toEqual(['b', 'a'])
  })

  it('is no file where there is no agent, and goes along to another folder', async () => {
    const { kept, agents } = world()
    await kept.in(folder)
    kept.changed()
    await kept.close()
    expect(() => ids(folder)).toThrow()
    agents.push(known('a'))
    const other = join(folder, 'other')
    await kept.in(other)
    await kept.close()
    expect(ids(other)).toEqual(['a'])
  })

  it('tells when it can’t be written, and goes on', async () => {
    const { kept, agents, told } = world()
    writeFileSync(join(folder, 'file'), '')
    await kept.in(join(folder, 'file'))
    agents.push(known('a'))
    kept.changed()
    await kept.close()
    expect(told).toEqual(['state/not-kept'])
    chmodSync(folder, 0o700)
  })
})
