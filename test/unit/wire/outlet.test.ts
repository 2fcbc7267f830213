import type { Socket } from 'node:net'
import { Duplex } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { Outlet } from '../../../src/wire/outlet.ts'

/** A socket that keeps what is written to it, and takes it only when told to. */
class Sink extends Duplex {
  readonly writes: Buffer[] = []
  private waiting: (() => void)[] = []
  private isStuck: boolean
  timeout = 0

  constructor(isStuck = false) {
    super({ decodeStrings: true, writableHighWaterMark: 1 })
    this.isStuck = isStuck
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.writes.push(chunk)
    if (this.isStuck) this.waiting.push(done)
    else done()
  }

  override _writev(chunks: { chunk: Buffer }[], done: () => void): void {
    this.writes.push(Buffer.concat(chunks.map(({ chunk }) => chunk)))
    if (this.isStuck) this.waiting.push(done)
    else done()
  }

  setTimeout(ms: number): this {
    this.timeout = ms
    return this
  }

  takeAll(): void {
    this.isStuck = false
    for (const done of this.waiting.splice(0)) done()
  }

  get text(): string {
    return Buffer.concat(this.writes).toString('latin1')
  }
}

function outletOn(sink: Sink): Outlet {
  return new Outlet(sink as unknown as Socket)
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

  it('copies a lent piece and keeps an owned one as it is', () => {
    const sink = new Sink(true)
    const outlet = outletOn(sink)
    const lent = Buffer.alloc(20_000, 'l')
    outlet.bytes(lent, true)
    lent.fill('!')
    outlet.flush()
    sink.takeAll()
    expect(sink.text).toBe('l'.repeat(20_000))
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

  it('times a stall from the write that was not taken until the socket drains', () => {
    const sink = new Sink(true)
    const outlet = outletOn(sink)
    outlet.limitStalls(60_000)
    outlet.text('x')
    outlet.flush()
    expect(sink.timeout).toBe(60_000)
    sink.takeAll()
    outlet.drained()
    expect(sink.timeout).toBe(0)
  })

  it('times nothing when everything was taken at once', () => {
    const sink = new Sink()
    const outlet = outletOn(sink)
    outlet.limitStalls(60_000)
    outlet.text('x')
    outlet.flush()
    expect(sink.timeout).toBe(0)
  })
})
