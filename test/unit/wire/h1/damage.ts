// Valid messages with a few bytes changed, for properties that must hold for anything that comes.
import fc from 'fast-check'

const BAD = ['\r', '\n', '\r\n', ' ', '\t', ':', ';', ',', '\0', '\x80', '\xff', '"', '=', '0', 'a']

interface Blow {
  readonly kind: 'flip' | 'insert' | 'delete' | 'repeat'
  /** In thousandths of the text's length. */
  readonly at: number
  readonly length: number
  readonly bad: string
}

const blow: fc.Arbitrary<Blow> = fc.record({
  kind: fc.constantFrom('flip', 'insert', 'delete', 'repeat'),
  at: fc.nat(1000),
  length: fc.integer({ min: 1, max: 5 }),
  bad: fc.oneof(
    fc.constantFrom(...BAD),
    fc.nat(255).map(code => String.fromCharCode(code)),
  ),
})

function strike(text: string, { kind, at, length, bad }: Blow): string {
  const place = Math.floor((text.length * at) / 1000)
  if (kind === 'flip') return text.slice(0, place) + bad + text.slice(place + 1)
  if (kind === 'insert') return text.slice(0, place) + bad + text.slice(place)
  if (kind === 'delete') return text.slice(0, place) + text.slice(place + length)
  return text.slice(0, place + length) + text.slice(place)
}

export function damaged(whole: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc
    .tuple(whole, fc.array(blow, { minLength: 1, maxLength: 4 }))
    .map(([text, blows]) => blows.reduce(strike, text))
}

/** Bytes without any sense, but for a liking of those that have one. */
export const garbage: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc.constantFrom(...BAD),
      fc.nat(255).map(code => String.fromCharCode(code)),
      fc.constantFrom(
        'GET ',
        'HTTP/1.1 ',
        ' HTTP/1.1\r\n',
        '200',
        'Host: a\r\n',
        'Content-Length: ',
        '\r\n\r\n',
      ),
      fc.constantFrom(
        'Transfer-Encoding: chunked\r\n',
        '0\r\n\r\n',
        'GET / HTTP/1.1\r\n',
        'HTTP/1.1 200 OK\r\n',
      ),
    ),
    { maxLength: 60 },
  )
  .map(parts => parts.join(''))
