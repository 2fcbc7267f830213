// The keys of session tickets (RFC 8446 section 4.6.1, RFC 5077): who comes back with a ticket needs no whole handshake.

/** Bytes of a key as Node wants it. */
const KEY_BYTES = 48
const HOURS = 3_600_000
/** Whoever steals a key reads what was said under it, so none lives long. */
const KEY_LIFE = 12 * HOURS
/** Seconds for which a ticket is good. */
export const TICKET_LIFE = 6 * 3_600

/** State: one for each listener and those it trusts; a ticket of one is nothing to another. */
export class Tickets {
  private current: Buffer | undefined
  private since = 0
  private readonly draw: () => string

  /** `draw` gives 128 unpredictable bits in hex. */
  constructor(draw: () => string) {
    this.draw = draw
  }

  /** The key that holds now; `now` is of a clock that never goes back. The same object as long as it is the same key. */
  at(now: number): Buffer {
    if (this.current !== undefined && now - this.since < KEY_LIFE) return this.current
    let hex = ''
    while (hex.length < KEY_BYTES * 2) hex += this.draw()
    this.current = Buffer.from(hex, 'hex')
    this.since = now
    return this.current
  }
}
