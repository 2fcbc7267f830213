import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addressSet } from '../../../src/base/cidr.ts'
import { visitorAddress } from '../../../src/http/forwarded.ts'
import { cpuTime } from '../../support/cpu-time.ts'
import { fieldReader } from '../../support/field-reader.ts'

const TRUSTED = addressSet(['10.0.0.0/8', '2001:db8::/32', 'unix'])

function visitor(peer: string, fields: readonly (readonly [string, string])[]): string {
  return visitorAddress(peer, TRUSTED, fieldReader(fields))
}

describe('the visitor behind X-Forwarded-For', () => {
  it.each([
    ['an untrusted peer is believed about nobody', '192.0.2.1', ['1.1.1.1'], '192.0.2.1'],
    ['without the field it is the peer', '10.0.0.1', [], '10.0.0.1'],
    ['one hop', '10.0.0.1', ['1.1.1.1'], '1.1.1.1'],
    ['trusted hops are walked through', '10.0.0.1', ['9.9.9.9, 1.1.1.1, 10.0.0.3,10.0.0.2'], '1.1.1.1'],
    ['lines are one chain', '10.0.0.1', ['9.9.9.9', '1.1.1.1', '10.0.0.2'], '1.1.1.1'],
    ['trusted to the left end, it is the leftmost', '10.0.0.1', ['10.0.0.3, 10.0.0.2'], '10.0.0.3'],
    ['an unparsable hop ends the walk', '10.0.0.1', ['1.1.1.1, bogus, 10.0.0.2'], '10.0.0.2'],
    ['so does an empty one', '10.0.0.1', ['1.1.1.1,, 10.0.0.2'], '10.0.0.2'],
    ['and an empty field', '10.0.0.1', [''], '10.0.0.1'],
    ['a port is dropped', '10.0.0.1', ['1.1.1.1:5000'], '1.1.1.1'],
    ['so are brackets', '10.0.0.1', ['[2001:DB8:1::7]:5000, 10.0.0.2'], '2001:db8:1::7'],
    ['a bare IPv6 address', '10.0.0.1', ['2a00::1'], '2a00::1'],
    ['a mapped peer is its IPv4 address', '::ffff:10.0.0.1', ['1.1.1.1'], '1.1.1.1'],
    ['a mapped hop too', '10.0.0.1', ['::FFFF:10.0.0.9'], '10.0.0.9'],
    ['a trusted unix peer', '', ['1.1.1.1'], '1.1.1.1'],
    ['leading zeros are no address', '10.0.0.1', ['01.1.1.1'], '10.0.0.1'],
  ])('%s', (_, peer, chain, expected) => {
    expect(
      visitor(
        peer,
        chain.map(line => ['X-Forwarded-For', line]),
      ),
    ).toBe(expected)
  })

  it('a unix peer without trust has no address', () => {
    expect(
      visitorAddress('', addressSet(['10.0.0.0/8']), fieldReader([['X-Forwarded-For', '1.1.1.1']])),
    ).toBe('')
  })

  it('X-Forwarded-For goes before Forwarded', () => {
    expect(
      visitor('10.0.0.1', [
        ['Forwarded', 'for=2.2.2.2'],
        ['X-Forwarded-For', '1.1.1.1'],
      ]),
    ).toBe('1.1.1.1')
  })
})

describe('the visitor behind Forwarded', () => {
  it.each([
    ['one element', ['for=1.1.1.1;proto=https;by=10.0.0.1'], '1.1.1.1'],
    ['case and order of parameters', ['proto=http;FOR="1.1.1.1:80"'], '1.1.1.1'],
    ['quoted IPv6', ['for=2.2.2.2, for="[2001:db8:cafe::17]:4711"'], '2.2.2.2'],
    ['untrusted IPv6', ['for="[2a00::1]"'], '2a00::1'],
    ['several lines', ['for=1.1.1.1', 'for=10.0.0.2'], '1.1.1.1'],
    ['unknown ends the walk', ['for=1.1.1.1, for=unknown, for=10.0.0.2'], '10.0.0.2'],
    ['an obfuscated name ends it', ['for=1.1.1.1, for=_hidden'], '10.0.0.1'],
    ['so does an element without for', ['for=1.1.1.1, by=10.0.0.9'], '10.0.0.1'],
    ['two for in one element', ['for=1.1.1.1;for=2.2.2.2'], '10.0.0.1'],
    ['a comma inside quotes', ['for=1.1.1.1;host="a,b"'], '1.1.1.1'],
    ['an escaped quote inside quotes', ['for=1.1.1.1;host="a\\",b"'], '1.1.1.1'],
    ['what a visitor left open does not swallow the proxy', ['for=6.6.6.6;x=", for="[2a00::1]"'], '2a00::1'],
    ['nor does an open quote before a plain hop', ['for=6.6.6.6;x=", for=1.1.1.1'], '1.1.1.1'],
    ['a quoted list is no element', ['for="6.6.6.6, for=7.7.7.7"'], '10.0.0.1'],
  ])('%s', (_, lines, expected) => {
    expect(
      visitor(
        '10.0.0.1',
        lines.map(line => ['Forwarded', line]),
      ),
    ).toBe(expected)
  })

  it('never depends on what a visitor wrote before the hop of a trusted proxy', () => {
    const noise = fc.string({
      unit: fc.constantFrom('"', '\\', ',', ';', '=', 'for', 'f', ' ', '1.1.1.1', '[', ']'),
    })
    fc.assert(
      fc.property(noise, spoof => {
        expect(visitor('10.0.0.1', [['Forwarded', `${spoof}, for=3.3.3.3`]])).toBe('3.3.3.3')
        expect(visitor('10.0.0.1', [['Forwarded', `${spoof}, for="[2a00::3]:1"`]])).toBe('2a00::3')
        expect(visitor('10.0.0.1', [['X-Forwarded-For', `${spoof}, 3.3.3.3`]])).toBe('3.3.3.3')
      }),
      { numRuns: 2000 },
    )
  })
})

it('a hostile chain of 60,000 characters is walked in no time', () => {
  const walkAll = () => {
    for (const unit of ['"', '\\"', ',', '\\', '"\\', '10.0.0.1,', ';', 'for="', 'a=b;']) {
      const long = unit.repeat(60_000 / unit.length)
      visitor('10.0.0.1', [['Forwarded', long]])
      visitor('10.0.0.1', [['X-Forwarded-For', long]])
    }
  }
  expect(cpuTime(walkAll)).toBeLessThan(2_000)
})
