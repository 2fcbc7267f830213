// Reads HTTP/1.1 off a socket as strictly as the tests need: anything malformed is an error, never a guess.
import type { Socket } from 'node:net'

export type Field = readonly [name: string, value: string]

export interface Head {
  readonly start: string
  readonly fields: readonly Field[]
  /** The bytes as latin1, without the empty line. */
  readonly text: string
}

/** The peer went away in the middle of something. */
export class Cut extends Error {
  readonly how: 'end' | 'reset'
  readonly body: Buffer
  readonly head: Head | undefined

  constructor(how: 'end' | 'reset', body: Buffer, head?: Head) {
    super(`the connection was cut (${how}) after ${body.length} bytes of ${head?.start ?? 'nothing'}`)
    this.how = how
    this.body = body
    this.head = head
  }
}

const TOKEN = "[!#$%&'*+.^_`|~0-9A-Za-z-]+"
const FIELD = new RegExp(`^(${TOKEN}):[ \\t]*(.*?)[ \\t]*$`, 's')
const HIGH = 1 << 20

/** Every value of a field, in order. */
export function fieldValues(fields: readonly Field[], name: string): string[] {
  return fields.filter(([n]) => n.toLowerCase() === name.toLowerCase()).map(([, value]) => value)
}

/** The value of a field that stands at most once. */
export function fieldValue(fields: readonly Field[], name: string): string | undefined {
  const values = fieldValues(fields, name)
  if (values.length > 1) throw new Error(`field ${name} stands ${values.length} times: ${values.join(' | ')}`)
  return values[0]
}

function readFields(lines: readonly string[]): Field[] {
  return lines.map(line => {
    const match = FIELD.exec(line)
    if (match === null || /[\0\r\n]/.test(line))
      throw new Error(`malformed field line ${JSON.stringify(line)}`)
    return [match[1] ?? '', match[2] ?? '']
  })
}

/** Splits a head without its empty line; throws on anything RFC 9112 forbids. */
export function parseHead(text: string): Head {
  if (/\r(?!\n)|(?<!\r)\n|\0/.test(text)) throw new Error(`bare CR, LF or NUL in ${JSON.stringify(text)}`)
  const [start = '', ...lines] = text.split('\r\n')
  return { start, fields: readFields(lines), text }
}

/** Bytes of one direction of one socket, pulled by the test. Stops the sender when a MiB waits unread. */
export class Incoming {
  /** How the peer ended it: FIN, RST (or any socket error), or not yet. */
  ended: 'open' | 'end' | 'reset' = 'open'
  /** Bytes that came over the socket so far. */
  total = 0
  readonly #socket: Socket
  #pieces: Buffer[] = []
  #length = 0
  #holding = false
  #wake: (() => void)[] = []

  constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (piece: Buffer) => {
      this.#pieces.push(piece)
      this.#length += piece.length
      this.total += piece.length
      if (this.#length > HIGH) socket.pause()
      this.#rouse()
    })
    socket.on('end', () => this.#finish('end'))
    socket.on('error', () => this.#finish('reset'))
    socket.on('close', () => this.#finish(socket.readableEnded ? 'end' : 'reset'))
  }

  /** Bytes that wait unread. */
  get waiting(): number {
    return this.#length
  }

  /** Reads nothing more from the kernel until `release`. */
  hold(): void {
    this.#holding = true
    this.#socket.pause()
  }

  release(): void {
    this.#holding = false
    this.#socket.resume()
  }

  /** A head; undefined when the peer ended without sending another byte. */
  async head(): Promise<Head | undefined> {
    const text = await this.#until('\r\n\r\n')
    return text === undefined ? undefined : parseHead(text)
  }

  async line(): Promise<string> {
    const line = await this.#until('\r\n')
    if (line === undefined) throw this.#cut()
    return line
  }

  /** Whatever has come; undefined at the end. */
  async some(): Promise<Buffer | undefined> {
    while (this.#length === 0) if (!(await this.#more())) return undefined
    return this.#take(this.#length)
  }

  async exactly(count: number): Promise<Buffer> {
    while (this.#length < count) if (!(await this.#more())) throw this.#cut()
    return this.#take(count)
  }

  /** Everything up to FIN; a reset is a Cut. */
  async rest(): Promise<Buffer> {
    while (await this.#more());
    if (this.ended === 'reset') throw this.#cut()
    return this.#take(this.#length)
  }

  async chunked(): Promise<{ body: Buffer; trailers: readonly Field[] }> {
    const body: Buffer[] = []
    try {
      for (;;) {
        const line = await this.line()
        const size = /^([0-9a-fA-F]{1,13})(;[^\r\n]*)?$/.exec(line)?.[1]
        if (size === undefined) throw new Error(`malformed chunk size ${JSON.stringify(line)}`)
        const length = Number.parseInt(size, 16)
        if (length === 0) break
        body.push(await this.exactly(length))
        if ((await this.exactly(2)).toString('latin1') !== '\r\n') throw new Error('chunk without its CRLF')
      }
      const trailers: string[] = []
      for (let line = await this.line(); line !== ''; line = await this.line()) trailers.push(line)
      return { body: Buffer.concat(body), trailers: readFields(trailers) }
    } catch (error) {
      if (error instanceof Cut) throw new Cut(error.how, Buffer.concat([...body, error.body]))
      throw error
    }
  }

  /** Waits for FIN or RST and throws away what comes before it. */
  async gone(): Promise<'end' | 'reset'> {
    while (await this.#more()) this.#take(this.#length)
    return this.ended === 'open' ? 'end' : this.ended
  }

  async #until(mark: string): Promise<string | undefined> {
    for (;;) {
      const held = Buffer.concat(this.#pieces)
      this.#pieces = held.length > 0 ? [held] : []
      const end = held.indexOf(mark, 0, 'latin1')
      if (end >= 0) {
        const text = this.#take(end + mark.length).toString('latin1')
        return text.slice(0, -mark.length)
      }
      if (!(await this.#more())) {
        if (this.#length === 0) return undefined
        throw this.#cut()
      }
    }
  }

  #cut(): Cut {
    return new Cut(this.ended === 'reset' ? 'reset' : 'end', this.#take(this.#length))
  }

  async #more(): Promise<boolean> {
    if (this.ended !== 'open') return false
    const before = this.total
    if (!this.#holding) this.#socket.resume()
    await new Promise<void>(resolve => this.#wake.push(resolve))
    return this.total > before
  }

  #take(count: number): Buffer {
    const held = this.#pieces.length === 1 ? this.#pieces[0] : Buffer.concat(this.#pieces)
    if (held === undefined) return Buffer.alloc(0)
    this.#pieces = held.length > count ? [held.subarray(count)] : []
    this.#length -= count
    if (!this.#holding && this.#length <= HIGH && this.ended === 'open') this.#socket.resume()
    return held.subarray(0, count)
  }

  #finish(how: 'end' | 'reset'): void {
    if (this.ended === 'open') this.ended = how
    this.#rouse()
  }

  #rouse(): void {
    const waiting = this.#wake
    this.#wake = []
    for (const wake of waiting) wake()
  }
}
