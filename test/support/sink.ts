// The far end of a connection in memory, as slow as a test wants it.
import { Duplex } from 'node:stream'

/** A socket that keeps what is written to it, and takes it only when told to. */
export class Sink extends Duplex {
  readonly writes: Buffer[] = []
  private waiting: (() => void)[] = []
  private isStuck: boolean
  timeout = 0

  constructor(isStuck = false) {
    super({ decodeStrings: true })
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

  destroySoon(): void {
    this.end()
    this.once('finish', () => this.destroy())
  }

  takeAll(): void {
    this.isStuck = false
    while (this.waiting.length > 0) this.waiting.shift()?.()
  }

  get text(): string {
    return Buffer.concat(this.writes).toString('latin1')
  }
}
