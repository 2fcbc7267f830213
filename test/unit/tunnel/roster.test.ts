import { describe, expect, it } from 'vitest'
import { tokenHash } from '../../../src/base/token.ts'
import { startWheel } from '../../../src/net/wheel.ts'
import type { Admission, Lane } from '../../../src/tunnel/handshake.ts'
import { MuxSession } from '../../../src/tunnel/mux/session.ts'
import { DEFAULT_TERMS } from '../../../src/tunnel/mux/terms.ts'
import type { AgentTerms } from '../../../src/tunnel/report.ts'
import { type Entered, openRoster } from '../../../src/tunnel/roster.ts'
import { handClock } from '../../support/clock.ts'
import { testCarrier } from '../../support/mux/wire.ts'

const terms = (id: string, more: Partial<AgentTerms> = {}): AgentTerms => ({
  id,
  tokenHash: tokenHash(`token of ${id}`),
  enabled: true,
  maxStreams: 1024,
  ...more,
})

function world(...agents: readonly AgentTerms[]) {
  const clock = handClock(1_000_000)
  const wheel = startWheel(clock)
  const changes: string[] = []
  const roster = openRoster({
    clock,
    drainTimeout: () => 5_000,
    noted: () => undefined,
    changed: (id, isAvailable) => void changes.push(`${id} ${isAvailable}`),
  })
  roster.adopt(agents)
  const join = (agentId: string, lane?: Lane, maxStreams = 10) => {
    const admission: Admission = { ok: true, agentId, lane, maxStreams, saidCapacity: false, version: '1' }
    let entered: Entered | undefined
    const session = new MuxSession(
      testCarrier().carrier,
      'server',
      { ...DEFAULT_TERMS, maxStreams },
      { clock, wheel },
      { ended: end => entered?.ended(end), goneAway: () => entered?.goneAway() },
    )
    const joined = roster.enter(admission, session, '192.0.2.1')
    entered = joined
    return { session, joined }
  }
  const enter = (...words: Parameters<typeof join>): MuxSession => join(...words).session
  const entered = (...words: Parameters<typeof join>): Entered => join(...words).joined
  return { clock, roster, changes, enter, entered }
}

const lane = (number: number, group = 'g'): Lane => ({ group, number })

describe('the roster', () => {
  it('tells wrong credentials from those of an agent that is disabled, and a wrong id from nothing', () => {
    const { roster } = world(terms('a'), terms('off', { enabled: false }))
    expect(roster.credentials('a', 'token of a')).toBeUndefined()
    expect(roster.credentials('a', 'token of off')).toBe('invalid agent token')
    expect(roster.credentials('nobody', 'token of a')).toBe('invalid agent token')
    expect(roster.credentials('off', 'token of off')).toBe('agent is disabled')
    expect(roster.credentials('off', 'x')).toBe('invalid agent token')
  })

  it('knows why an agent takes no stream, one reason at a time', () => {
    const { roster, enter } = world(terms('a'), terms('off', { enabled: false }))
    const why = (id: string): unknown => {
      const found = roster.session(id)
      return typeof found === 'string' ? found : 'takes one'
    }
    expect([why('a'), why('off'), why('nobody')]).toEqual(['never_seen', 'disabled', 'never_seen'])
    const session = enter('a', undefined, 1)
    expect(why('a')).toBe('takes one')
    const stream = session.open()
    expect(why('a')).toBe('full')
    expect(roster.report('a')).toMatchObject({ state: 'connected', hindrance: 'full', streams: 1 })
    session.drain()
    expect(why('a')).toBe('draining')
    stream?.destroy()
    expect(why('a')).toBe('offline')
    expect(roster.report('a')).toMatchObject({ state: 'offline', offlineSince: 1_000_000, disconnects: 1 })
  })

  it('opens on the lane that is least busy', () => {
    const { roster, enter } = world(terms('a'))
    const [one, two] = [enter('a', lane(0)), enter('a', lane(1))]
    one.open()
    expect(roster.session('a')).toBe(two)
    two.open()
    two.open()
    expect(roster.session('a')).toBe(one)
  })

  it('goes on from what an earlier process knew', () => {
    const { roster, enter } = world(terms('a'), terms('b'))
    const session = { address: '192.0.2.9', version: '1', started: 5, ended: undefined, reason: undefined }
    const memory = {
      connects: 3,
      disconnects: 2,
      partings: new Map([['closed' as const, 2]]),
      offlineSince: undefined,
      lastReason: 'closed' as const,
      sessions: [session],
    }
    roster.remember({ ...memory, id: 'a' })
    roster.remember({ ...memory, id: 'nobody' })
    expect(roster.report('a')).toMatchObject({
      state: 'offline',
      offlineSince: 1_000_000,
      connects: 3,
      address: '192.0.2.9',
      sessions: [{ started: 5, ended: 1_000_000, reason: 'stopping' }],
    })
    enter('a').close()
    expect(roster.report('a')).toMatchObject({ connects: 4, disconnects: 3 })
    expect(roster.report('a')?.partings).toEqual(new Map([['closed', 3]]))
    expect([...roster.memories()].map(({ id, connects }) => [id, connects])).toEqual([['a', 4]])
  })

  it('tells the share of a processor between two reports of one process', () => {
    const { roster, entered } = world(terms('a'))
    const figures = {
      uptimeSeconds: 10,
      cpuSeconds: 1,
      residentBytes: 1,
      streams: 0,
      bytesReceived: 0,
      bytesSent: 0,
    }
    const { reported } = entered('a')
    reported(figures)
    expect(roster.report('a')?.figures).toEqual({ ...figures, at: 1_000_000, cpuShare: undefined })
    reported({ ...figures, uptimeSeconds: 20, cpuSeconds: 6 })
    expect(roster.report('a')?.figures?.cpuShare).toBe(0.5)
    reported({ ...figures, uptimeSeconds: 1, cpuSeconds: 0 })
    expect(roster.report('a')?.figures?.cpuShare).toBeUndefined()
  })

  it('counts max_streams over all lanes together', () => {
    const { roster, enter } = world(terms('a', { maxStreams: 3 }))
    const [one, two] = [enter('a', lane(0)), enter('a', lane(1))]
    one.open()
    two.open()
    expect(roster.session('a')).toBe(one)
    const last = one.open()
    expect(roster.session('a')).toBe('full')
    expect(roster.report('a')).toMatchObject({ lanes: 2, streams: 3, hindrance: 'full', state: 'connected' })
    last?.destroy()
    expect(roster.session('a')).toBe(one)
  })

  it('replaces a lane by the same lane, and everything by another group or by none', () => {
    const { roster, enter } = world(terms('a'))
    const [zero, one] = [enter('a', lane(0)), enter('a', lane(1))]
    expect(roster.lanes('a', lane(1))).toBe(1)
    expect(roster.lanes('a', lane(2))).toBe(2)
    enter('a', lane(0))
    expect([zero.isLeaving, one.isLeaving]).toEqual([true, false])
    enter('a', lane(0, 'h'))
    expect(one.isLeaving).toBe(true)
    expect(roster.lanes('a', lane(9))).toBe(0)
    const last = enter('a')
    expect(roster.session('a')).toBe(last)
    expect(roster.report('a')).toMatchObject({ connects: 5, disconnects: 4, lastReason: 'replaced' })
  })

  it('says when an agent comes and goes, once each', () => {
    const { changes, enter, roster } = world(terms('a'), terms('b'))
    const session = enter('a')
    enter('a')
    enter('b')
    expect(session.isLeaving).toBe(true)
    roster.adopt([terms('a', { maxStreams: 7 }), terms('b', { enabled: false })])
    roster.adopt([terms('b')])
    expect(changes).toEqual(['a true', 'b true', 'b false', 'a false'])
  })

  it('gives the streams of a session that has to go their time, and no more', () => {
    const { clock, enter, roster } = world(terms('a'))
    const stream = enter('a').open()
    roster.adopt([terms('a', { tokenHash: tokenHash('another') })])
    clock.wind(4_900)
    expect(stream?.destroyed).toBe(false)
    clock.wind(200)
    expect(stream?.destroyed).toBe(true)
    expect(roster.report('a')?.sessions[0]).toMatchObject({ reason: 'token_changed', ended: 1_005_000 })
  })

  it('remembers the last twenty sessions across reloads, the newest first', () => {
    const { clock, enter, roster } = world(terms('a'))
    for (let n = 0; n < 25; n++) {
      clock.wind(1_000)
      enter('a').close()
    }
    roster.adopt([terms('a', { maxStreams: 5 })])
    const report = roster.report('a')
    expect(report).toMatchObject({ connects: 25, disconnects: 25, lastReason: 'closed' })
    expect(report?.sessions.length).toBe(20)
    expect(report?.sessions[0]?.started).toBe(1_025_000)
    expect(report?.sessions[19]?.started).toBe(1_006_000)
  })
})
