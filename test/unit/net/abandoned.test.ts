import { EventEmitter } from 'node:events'
import type { Socket } from 'node:net'
import { beforeEach, describe, expect, it } from 'vitest'
import { closeAbandoned } from '../../../src/net/abandoned.ts'
import { startWheel, type Wheel } from '../../../src/net/wheel.ts'
import { type HandClock, handClock } from '../../support/clock.ts'

/** As much of a socket as is looked at. */
class Fake extends EventEmitter {
  bytesWritten = 0
  writableLength = 0
  isDestroyed = false

  destroy(): void {
    this.isDestroyed = true
    this.emit('close')
  }
}

describe('a TLS connection whose far side has ended', () => {
  let clock: HandClock
  let wheel: Wheel
  let socket: Fake
  beforeEach(() => {
    clock = handClock()
    wheel = startWheel(clock)
    socket = new Fake()
    closeAbandoned(socket as unknown as Socket, wheel)
  })

  it('is cut when nothing of what was written is taken', () => {
    socket.bytesWritten = 1_000
    socket.writableLength = 1_000
    socket.emit('end')
    clock.wind(4_900)
    expect(socket.isDestroyed).toBe(false)
    clock.wind(400)
    expect(socket.isDestroyed).toBe(true)
  })

  it('is left alone before the far side has ended', () => {
    socket.bytesWritten = 1_000
    socket.writableLength = 1_000
    clock.wind(60_000)
    expect(socket.isDestroyed).toBe(false)
  })

  it('is left alone while something is taken, and while nothing is written', () => {
    socket.bytesWritten = 10_000
    socket.writableLength = 10_000
    socket.emit('end')
    for (let left = 9_000; left >= 0; left -= 1_000) {
      socket.writableLength = left
      clock.wind(5_200)
    }
    clock.wind(60_000)
    expect(socket.isDestroyed).toBe(false)
  })

  it('is cut, too, when what was written after that is not taken', () => {
    socket.emit('end')
    clock.wind(30_000)
    socket.bytesWritten = 50
    socket.writableLength = 50
    clock.wind(11_000)
    expect(socket.isDestroyed).toBe(true)
  })
})
