// A listening address that is given up: nobody who waited is lost.
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { nextTurn } from '../../../src/base/clock.ts'
import { type Bound, listen } from '../../../src/net/listen.ts'
import { freePort } from '../../support/ports.ts'

interface Crowd extends AsyncDisposable {
  /** How each connection ended, in the words of the system; those that are open aren't among them. */
  readonly ends: readonly string[]
}

/** Connections that are established in the kernel, which accepts for a program that hasn't looked yet. */
async function crowd(port: number, size: number): Promise<Crowd> {
  const ends: string[] = []
  const sockets: Socket[] = []
  for (let n = 0; n < size; n++) {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', error => ends.push('code' in error ? String(error.code) : error.message))
    sockets.push(socket)
  }
  // The system is asked to connect before this turn ends, and on the loopback it is done when it was asked.
  await new Promise<void>(resolve => process.nextTick(resolve))
  return {
    ends,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await nextTurn()
    },
  }
}

function close(bound: Bound, sockets: readonly Socket[]): void {
  bound.close()
  for (const socket of sockets) socket.destroy()
}

describe('a listening address', () => {
  it('that is given up once it is empty resets nobody who waited', async () => {
    const address = { kind: 'tcp', host: '127.0.0.1', port: await freePort() } as const
    const taken: Socket[] = []
    const first = await listen(address, socket => taken.push(socket))
    await using waiting = await crowd(address.port, 50)
    expect(taken.length).toBeLessThan(50)
    await first.emptied()
    first.close()
    const second = await listen({ ...address, host: '' }, socket => taken.push(socket))
    expect(taken).toHaveLength(50)
    const late = connect(address.port, '127.0.0.1')
    await once(late, 'connect')
    await second.emptied()
    expect(taken).toHaveLength(51)
    expect(waiting.ends).toEqual([])
    late.destroy()
    close(second, taken)
  })

  it('is empty only when those who came meanwhile were taken too', async () => {
    const address = { kind: 'tcp', host: '127.0.0.1', port: await freePort() } as const
    const taken: Socket[] = []
    const more: Socket[] = []
    const bound = await listen(address, socket => {
      taken.push(socket)
      if (taken.length < 200) more.push(connect(address.port, '127.0.0.1').on('error', () => undefined))
    })
    await using waiting = await crowd(address.port, 20)
    await bound.emptied()
    expect(taken).toHaveLength(219)
    expect(waiting.ends).toEqual([])
    for (const socket of more) socket.destroy()
    close(bound, taken)
  })
})
