// Text made once and looked up afterwards, for the few values that nearly every line of a log shares.

/** Past this many the memory starts anew: visitors can invent hosts, and may cost us time but not memory. */
export const MOST = 512

/** A copy: what was put together of pieces stays a rope, which is walked each time it is written. */
export function inOnePiece(text: string): string {
  return Buffer.from(text).toString()
}

/** The same function, remembering what it made of each text. */
export function memo(make: (text: string) => string): (text: string) => string {
  const made = new Map<string, string>()
  return text => {
    const known = made.get(text)
    if (known !== undefined) return known
    const fresh = inOnePiece(make(text))
    if (made.size >= MOST) made.clear()
    made.set(text, fresh)
    return fresh
  }
}
