import { once } from 'node:events'
import type { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { nextTurn } from '../../../src/base/clock.ts'
import { Scratch } from '../../../src/net/scratch.ts'
import { startWheel } from '../../../src/net/wheel.ts'
import { Outlet } from '../../../src/wire/outlet.ts'
import { handClock } from '../../support/clock.ts'
import { Sink } from '../../support/sink.ts'
import { securePair, socketPair } from '../../support/socket-pair.ts'

/** Says that every write is told of, as a TLS socket does: it has encrypted what it was given, but its writes are never done at once. */
class SecretSink extends Sink {
  readonly encrypted = true

  override _write(chunk: Buffer, encoding: string, done: () => void): void {
    super._write(Buffer.from(chunk), encoding, done)
  }
}

function outletOn(sink: Sink, drained: () => void = () => undefined): Outlet {
  return new Outlet(sink as unknown as Socket, drained, new Scratch())
}

describe('an outlet', () => {
  it('sends a head, a small body and its end in one write', () => {
    const sink = new Sink()
    const outlet = outletOn(sink)
    outlet.text('HEAD\r\n')
    outlet.chunk(Buffer.from('hello'), true)
    outlet.text('0\r\n\r\n')
    outlet.flush()
    expect(sink.writes).toHaveLength(1)
    expect(sink.text).toBe('HEAD\r\n5\r\nhello\r\n0\r\n\r\n')
  })

  it('keeps the order of text and large pieces, in one gathered write', () => {
    const sink = new Sink()
    const outlet = outletOn(sink)
    const large = Buffer.alloc(20_000, 'x')
    outlet.text('a')
    outlet.chunk(large, false)
    outlet.chunk(large, true)
    outlet.text('z')
    outlet.flush()
    expect(sink.writes).toHaveLength(1)
    const frame = `4e20\r\n${large.toString('latin1')}\r\n`
    expect(sink.text).toBe(`a${frame}${frame}z`)
  })

  it('sends a head and a body of some KiB in one write, and shares what it writes from only with what was taken', () => {
    const scratch = new Scratch()
    const sinks = [new Sink(true), new Sink(true), new Sink()]
    for (const [n, sink] of sinks.entries()) {
      const outlet = new Outlet(sink as unknown as Socket, () => undefined, scratch)
      const lent = Buffer.alloc(10_240, String(n))
      outlet.text('HEAD\r\n')
      outlet.bytes(lent, true)
      outlet.flush()
      lent.fill('!')
    }
    for (const [n, sink] of sinks.entries()) {
      expect(sink.writes[0]?.toString('latin1')).toBe(`HEAD\r\n${String(n).repeat(10_240)}`)
    }
  })

  it('gives what it wrote from back to all once the bytes are taken, and never if the connection broke', async () => {
    const scratch = new Scratch()
    const first = scratch.joined
    const sink = new Sink(true)
    const outlet = new Outlet(sink as unknown as Socket, () => undefined, scratch)
    const broken = new Sink(true)
    const lost = new Outlet(broken as unknown as Socket, () => undefined, scratch)
    const buffers = [first]
    for (const [n, one] of [outlet, outlet, lost].entries()) {
      one.text('HEAD\r\n')
      one.bytes(Buffer.alloc(10_240, String(n)), true)
      one.flush()
      buffers.push(scratch.joined)
    }
    expect(new Set(buffers).size).toBe(4)
    broken.destroy()
    sink.takeAll()
    await nextTurn()
    expect(sink.text).toBe(['0', '1'].map(digit => `HEAD\r\n${digit.repeat(10_240)}`).join(''))
    scratch.leave()
    const again = [scratch.joined]
    scratch.leave()
    again.push(scratch.joined)
    scratch.leave()
    again.push(scratch.joined)
    expect(again.map(buffer => buffers.indexOf(buffer)).sort()).toEqual([-1, 0, 1])
  })

  it('copies a lent piece and keeps an owned one as it is', () => {
    const sink = new Sink(true)
    const outlet = outletOn(sink)
    const lent = Buffer.alloc(40_000, 'l')
    outlet.bytes(lent, true)
    outlet.flush()
    lent.fill('!')
    sink.takeAll()
    expect(sink.text).toBe('l'.repeat(40_000))
  })

  it('writes an empty piece as no chunk, which would end the body', () => {
    const sink = new Sink()
    const outlet = outletOn(sink)
    outlet.chunk(Buffer.alloc(0), true)
    outlet.flush()
    expect(sink.text).toBe('')
  })

  it('is clear when everything was taken, and not before', () => {
    const sink = new Sink(true)
    const outlet = outletOn(sink)
    expect(outlet.isClear).toBe(true)
    outlet.text('x')
    expect(outlet.isClear).toBe(false)
    outlet.flush()
    expect(outlet.isClear).toBe(false)
    sink.takeAll()
    expect(outlet.isClear).toBe(true)
  })

  for (const [name, open] of [
    ['a plain socket', () => new Sink(true)],
    ['a TLS socket', () => new SecretSink(true)],
  ] as const) {
    describe(`on ${name} that took nothing`, () => {
      it('tells once when all is gone, whatever was written meanwhile', async () => {
        const sink = open()
        let told = 0
        const outlet = outletOn(sink, () => {
          told++
          expect(outlet.isClear).toBe(true)
        })
        outlet.text('x')
        outlet.flush()
        outlet.bytes(Buffer.alloc(20_000, 'y'), false)
        outlet.flush()
        await nextTurn()
        expect(told).toBe(0)
        sink.takeAll()
        await nextTurn()
        expect(told).toBe(1)
        expect(sink.text).toBe(`x${'y'.repeat(20_000)}`)
      })

      it('sends what was gathered meanwhile before it tells', async () => {
        const sink = open()
        const told: string[] = []
        const outlet = outletOn(sink, () => told.push(sink.text))
        outlet.text('x')
        outlet.flush()
        outlet.text('y')
        sink.takeAll()
        await nextTurn()
        expect(told).toEqual(['xy'])
      })

      it('writes nothing more and tells nobody once the socket is gone', async () => {
        const sink = open()
        const outlet = outletOn(sink, () => expect.unreachable('nothing was taken'))
        outlet.text('x')
        outlet.flush()
        sink.destroy()
        await nextTurn()
        expect(sink.text).toBe('x')
      })

      it('lets what is pending go out after the end, and tells then', async () => {
        const sink = open()
        let told = 0
        const outlet = outletOn(sink, () => told++)
        outlet.text('x')
        outlet.flush()
        outlet.bytes(Buffer.alloc(20_000, 'y'), false)
        outlet.flush()
        sink.end()
        sink.takeAll()
        await nextTurn()
        expect(sink.text).toBe(`x${'y'.repeat(20_000)}`)
        expect(sink.errored).toBe(null)
        expect(told).toBe(1)
      })

      it('has the socket time a stall, once bytes were pending for a second and until they are gone', async () => {
        const sink = open()
        const clock = handClock()
        const outlet = outletOn(sink)
        outlet.limitStalls(60_000, startWheel(clock))
        outlet.text('x')
        outlet.flush()
        expect(sink.timeout).toBe(0)
        clock.wind(1_300)
        expect(sink.timeout).toBe(59_000)
        sink.takeAll()
        await nextTurn()
        expect(sink.timeout).toBe(0)
      })

      it('has it time a short limit at once', () => {
        const sink = open()
        const outlet = outletOn(sink)
        outlet.limitStalls(500, startWheel(handClock()))
        outlet.text('x')
        outlet.flush()
        expect(sink.timeout).toBe(500)
      })

      it("times nothing once the socket is somebody else's", () => {
        const sink = open()
        const clock = handClock()
        const outlet = outletOn(sink)
        outlet.limitStalls(60_000, startWheel(clock))
        outlet.text('x')
        outlet.flush()
        outlet.letGo()
        clock.wind(10_000)
        expect(sink.timeout).toBe(0)
      })
    })
  }

  it('times nothing when everything was taken at once', () => {
    const sink = new Sink()
    const clock = handClock()
    const outlet = outletOn(sink)
    outlet.limitStalls(500, startWheel(clock))
    outlet.text('x')
    outlet.flush()
    clock.wind(10_000)
    expect(sink.timeout).toBe(0)
  })

  it('asks a plain socket for nothing when everything was taken at once', () => {
    const sink = new Sink()
    const outlet = outletOn(sink, () => expect.unreachable('nothing was pending'))
    outlet.text('x')
    outlet.flush()
    expect(sink.writes).toHaveLength(1)
  })

  for (const [name, open] of [
    ['a socket', socketPair],
    ['a TLS socket', securePair],
  ] as const) {
    it(`gives ${name} a lent piece and has it back whole, however much of it was taken`, async () => {
      using pair = await open()
      const { near, far } = pair
      let expected = ''
      const drained = Promise.withResolvers<void>()
      let isDrained = false
      const told = (): void => {
        if (isDrained) drained.resolve()
      }
      const outlet = new Outlet(near, told, new Scratch())
      const lent = Buffer.alloc(200_000)
      const send = (chunk: string): void => {
        // As one lent piece, as little enough for the scratch, and as much of everything.
        outlet.bytes(lent.fill(chunk), true)
        outlet.flush()
        lent.fill('?')
        outlet.text(`${chunk} `)
        outlet.bytes(lent.subarray(0, 5_000).fill(chunk), true)
        outlet.flush()
        outlet.text(`${chunk} `)
        outlet.bytes(lent.fill(chunk), true)
        outlet.chunk(Buffer.from('between'), false)
        outlet.bytes(lent.subarray(0, 50_000), true)
        outlet.text('\n')
        outlet.flush()
        const few = chunk.repeat(5_000)
        const all = chunk.repeat(200_000)
        expected += `${all}${chunk} ${few}${chunk} ${all}7\r\nbetween\r\n${chunk.repeat(50_000)}\n`
        lent.fill('!')
      }
      // TLS tells of every write, also where the kernel took it.
      const isTaken = async (): Promise<boolean> => {
        for (let turn = 0; turn < 20 && !outlet.isClear; turn++) await nextTurn()
        return outlet.isClear
      }
      // Until the kernel has no room, and further.
      let n = 0
      do send(String(n++ % 10))
      while ((await isTaken()) && n < 100)
      expect(n).toBeLessThan(100)
      send('y')
      send('z')
      expect(near.writableLength).toBeGreaterThan(0)
      isDrained = true
      const pieces: Buffer[] = []
      far.on('data', piece => pieces.push(piece))
      await drained.promise
      send('a')
      near.end()
      await once(far, 'end')
      expect(Buffer.concat(pieces).toString('latin1') === expected).toBe(true)
    })
  }
})
