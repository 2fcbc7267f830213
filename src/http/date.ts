// The Date field of our own answers (RFC 9110 6.6.1), written once a second.

export interface DateSource {
  /** `Date: …` with its CRLF. */
  line(): string
}

/** A Date line from a wall clock in milliseconds. */
export function dateSource(wall: () => number): DateSource {
  let second = -1
  let text = ''
  return {
    line() {
      const now = Math.floor(wall() / 1000)
      if (now !== second) {
        second = now
        text = `Date: ${new Date(now * 1000).toUTCString()}\r\n`
      }
      return text
    },
  }
}
