import type { Socket } from 'node:net'
import { type Duplex, duplexPair } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { nextTurn } from '../../../src/base/clock.ts'
import { openCounter } from '../../../src/management/serve.ts'
import { TUNNEL_PATH } from '../../../src/tunnel/handshake.ts'
import { handClock } from '../../support/clock.ts'

const UPGRADE = `GET ${TUNNEL_PATH} HTTP/1.1\r\nHost: a\r\nConnection: Upgrade\r\nUpgrade: p2pstream-yamux\r\n\r\n`

/** A counter whose tunnels do nothing. */
function scene() {
  let tunnels = 0
  const counter = openCounter({
    clock: handClock(),
    answer: () => Promise.resolve({ status: 200, type: 'text/plain', body: 'here' }),
    visitor: peer => peer,
    tunnel: { accept: () => void tunnels++, refuse: () => ({ status: 400, text: 'no' }) },
    broken(error) {
      throw error
    },
  })
  return {
    counter,
    tunnels: () => tunnels,
    come(from: number): Duplex {
      const [near, far] = duplexPair()
      counter.admit(near as Socket, { peer: `192.0.2.${from}`, certified: undefined })
      return far
    },
  }
}

async function someTurns(turns: number): Promise<void> {
  for (let n = 0; n < turns; n++) await nextTurn()
}

describe('the counter', () => {
  it('lets a crowd become tunnels, however many come at once', async () => {
    const { come, tunnels, counter } = scene()
    const agents = Array.from({ length: 1000 }, () => come(1))
    expect(counter.connections).toBe(192)
    for (const agent of agents) agent.write(UPGRADE)
    await someTurns(3000)
    expect(tunnels()).toBe(1000)
    expect(counter.connections).toBe(0)
  })

  it('hears nobody beyond so many until another one has left', async () => {
    const { come, tunnels, counter } = scene()
    const idle = Array.from({ length: 256 }, (_, at) => come(at % 2))
    come(2).write(UPGRADE)
    await someTurns(10)
    expect(tunnels()).toBe(0)
    idle[0]?.resume().end()
    await someTurns(10)
    expect(tunnels()).toBe(1)
    expect(counter.connections).toBe(255)
  })

  it('hears others however many somebody has who says nothing', async () => {
    const { come, tunnels, counter } = scene()
    for (let n = 0; n < 3000; n++) come(1)
    expect(counter.connections).toBe(192)
    for (let n = 0; n < 100; n++) come(2).write(UPGRADE)
    await someTurns(300)
    expect(tunnels()).toBe(100)
  })

  it('that closes lets nobody wait', async () => {
    const { come, counter } = scene()
    const all = Array.from({ length: 300 }, () => come(1))
    const ended = all.map(one => new Promise(resolve => one.resume().once('end', resolve)))
    counter.close()
    await Promise.all(ended)
    expect(counter.connections).toBe(0)
  })
})
