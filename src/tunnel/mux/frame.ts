// The frames of yamux: twelve bytes of header, and behind a data frame's its payload (hashicorp/yamux spec.md).

export const TYPE = { data: 0, window: 1, ping: 2, goAway: 3 } as const

export const FLAG = { syn: 1, ack: 2, fin: 4, rst: 8 } as const

/** What a GoAway frame says. */
export const GO_AWAY = { normal: 0, protocolError: 1, internalError: 2 } as const

export type GoAwayCode = (typeof GO_AWAY)[keyof typeof GO_AWAY]

export const HEADER_BYTES = 12

/** What each side of a new stream may send before the other has said anything. */
export const INITIAL_WINDOW: number = 256 * 1024

/**
 * Writes the header of a frame at `at`. `length` is the payload's of a data frame, else the window's increment, the ping's value or
 * the GoAway's code; `id` is 0 for the two of the whole session.
 */
export function writeHeader(
  into: Buffer,
  at: number,
  type: number,
  flags: number,
  id: number,
  length: number,
): void {
  // The version, in the highest byte, is 0.
  into.writeUInt32BE((type << 16) | flags, at)
  into.writeUInt32BE(id, at + 4)
  into.writeUInt32BE(length, at + 8)
}
