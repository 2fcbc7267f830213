// Damages a few bytes of a message, with a liking for those that mean something.
import type { Chance } from '../../support/chance.ts'

const BAD_BYTES = [
  '\r',
  '\n',
  '\r\n',
  ' ',
  '\t',
  ':',
  ';',
  ',',
  '\0',
  '\x80',
  '\xff',
  '0',
  'a',
  '"',
  '=',
  '\x7f',
  '\x0b',
  '\x01',
]

/** Flips, inserts, deletes or repeats a few bytes. */
export function damage(chance: Chance, whole: string): string {
  let text = whole
  for (let count = 1 + chance.below(3); count > 0; count--) {
    const at = chance.below(text.length + 1)
    const length = 1 + chance.below(4)
    const bad = chance.pick(BAD_BYTES)
    switch (chance.below(5)) {
      case 0:
        text = text.slice(0, at) + bad + text.slice(at + 1)
        break
      case 1:
        text = text.slice(0, at) + bad + text.slice(at)
        break
      case 2:
        text = text.slice(0, at) + text.slice(at + length)
        break
      case 3:
        text = text.slice(0, at + length) + text.slice(at)
        break
      default:
        text = text.slice(0, at) + String.fromCharCode(chance.below(256)) + text.slice(at + 1)
    }
  }
  return text
}
