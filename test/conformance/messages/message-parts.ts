// The pieces that generated messages are put together from: mostly what software sends, now and then what attackers send.
import type { Chance } from '../../support/chance.ts'

/** One wrong turn in so many: each message has a few dozen chances to go wrong, and about half should stay whole. */
const WRONG = 150

/** Mostly one of the usual, sometimes one of the odd. */
export function mostly<T>(chance: Chance, usual: readonly T[], odd: readonly T[], odds: number = WRONG): T {
  return chance.oneIn(odds) ? chance.pick(odd) : chance.pick(usual)
}

const ODD_LINE_ENDS = ['\n', '\r', '\r\r\n', '\n\r', '\r\n\r', ' \r\n', '\t\r\n', '\0\r\n', '']

export function lineEnd(chance: Chance): string {
  return mostly(chance, ['\r\n'], ODD_LINE_ENDS)
}

const NAMES = [
  'Accept',
  'accept-encoding',
  'User-Agent',
  'COOKIE',
  'X-A',
  'x_b',
  '__proto__',
  'constructor',
  "!#$%&'*+-.^_`|~09azAZ",
  'Keep-Alive',
  'Via',
  'TE',
  'Trailer',
  'Set-Cookie',
  'Transfer-Encodin',
  'Content-Lengt',
  'Transfer_Encoding',
]
const ODD_NAMES = [
  '',
  ' ',
  'a b',
  ' x',
  '\tx',
  'x ',
  'x\t',
  'x\0',
  'x\r',
  'x\n',
  'x\x7f',
  'x\x80',
  'é',
  '(x)',
  'x@y',
  'x/y',
  'x"y',
  '[x]',
  '{x}',
  'x,y',
  'x;y',
  'x=y',
  'x?',
  '\xff',
  'x\\',
  ':x',
]
const VALUES = [
  '',
  'a',
  'a b',
  'a, b;q=0.5',
  '"quoted \\" string"',
  'a:b',
  '/path?x=y',
  '\x80\xff',
  'k=v; k2=v2',
  'a\tb',
  'gzip',
  'chunked',
  '5',
]
const ODD_VALUES = [
  'a\0b',
  'a\rb',
  'a\nb',
  '\x01',
  '\x7f',
  'a\x0bb',
  'a\x0c',
  '\x1b[0m',
  'a\r\n b',
  'a\r\n\tb',
  '\r\n b',
  'a\r\n\r',
  'a\r \n',
]
const BEFORE_VALUE = ['', ' ', ' ', ' ', '\t', '   ', ' \t ']
const AFTER_VALUE = ['', '', '', ' ', '\t', '  \t']
const ODD_COLONS = [' :', '\t:', '', '::', '=', ' ', ':\r\n ', '\0:', '\r:', '\n:']

function line(chance: Chance, name: string, value: string): string {
  const colon = mostly(chance, [':'], ODD_COLONS)
  return `${name}${colon}${chance.pick(BEFORE_VALUE)}${value}${chance.pick(AFTER_VALUE)}${lineEnd(chance)}`
}

/** A field line with a given name, in any letter case, now and then bent. */
export function field(chance: Chance, name: string, value: string): string {
  const spelled = chance.pick([name, name, name.toLowerCase(), name.toUpperCase()])
  return line(chance, spelled, mostly(chance, [value], ODD_VALUES, WRONG * 2))
}

/** A field line that means nothing to the framing, or so it should. */
export function anyField(chance: Chance): string {
  return line(chance, mostly(chance, NAMES, ODD_NAMES), mostly(chance, VALUES, ODD_VALUES))
}

export function someFields(chance: Chance, most: number): string {
  let text = ''
  for (let count = chance.below(most + 1); count > 0; count--) text += anyField(chance)
  return text
}
