// Bytes made once and looked up afterwards, for the few values that nearly every line of a log shares.
import { asciiBytes } from './line-bytes.ts'

/** Past this many the memory starts anew: visitors can invent hosts, and may cost us time but not memory. */
export const MOST = 512
/** Longer texts are made each time, for the same reason. */
const LONGEST = 256

/** What is made of a value, kept for as long as the same value comes. */
export function latest<T extends string | number>(make: (value: T) => Buffer): (value: T) => Buffer {
  let last: T | undefined
  let made = asciiBytes('')
  return value => {
    // To compare two texts is quicker than to look one up, which reads it through first.
    if (value === last) return made
    made = make(value)
    last = value
    return made
  }
}

/** Whatever ASCII is made of a text, as bytes, remembered. */
export function memo(make: (text: string) => string): (text: string) => Buffer {
  const made = new Map<string, Buffer>()
  return latest((text: string) => {
    const known = made.get(text)
    if (known !== undefined) return known
    const fresh = asciiBytes(make(text))
    if (text.length > LONGEST) return fresh
    if (made.size >= MOST) made.clear()
    // A copy: a text that was cut out of a request's head keeps all of the head.
    made.set(Buffer.from(text).toString(), fresh)
    return fresh
  })
}
