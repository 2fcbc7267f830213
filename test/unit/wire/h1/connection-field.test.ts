import { describe, expect, it } from 'vitest'
import { ConnectionField } from '../../../../src/wire/h1/connection-field.ts'
import { Head } from '../../../../src/wire/h1/head.ts'

function read(values: readonly string[], most?: number): ConnectionField {
  const text = `${values.map(value => `Connection: ${value}\r\n`).join('')}\r\n`
  const head = new Head()
  head.readFields(text, Buffer.from(text, 'latin1'), 0, 0, 100)
  const field = new ConnectionField()
  field.read(head, most)
  return field
}

describe('ConnectionField', () => {
  it.each([
    [[], '', 0],
    [['close'], 'close', 1],
    [['keep-alive'], 'keep-alive', 1],
    [['Close'], 'close', 1],
    [['Upgrade'], 'upgrade', 1],
    [['keep-alive, Upgrade'], 'keep-alive upgrade', 2],
    [['keep-alive', 'close'], 'close keep-alive', 2],
    [[' , close ,'], 'close', 1],
    [['\tclose'], 'close', 1],
    [['closed'], '', 1],
    [['"close"', ''], '', 1],
    [['\xa0close'], '', 1],
  ])('%j asks for: %s, in %i words', (values, expected, words) => {
    const field = read(values)
    const asked = [field.close && 'close', field.keepAlive && 'keep-alive', field.upgrade && 'upgrade']
    expect(asked.filter(Boolean).join(' ')).toBe(expected)
    expect(field.words).toBe(words)
  })

  it('nominates everything that is no option, in lower case', () => {
    const { nominated, isMalformed } = read(['X-A, close, te', 'x-a, __proto__'])
    expect([...nominated]).toEqual(['x-a', 'te', '__proto__'])
    expect(isMalformed).toBe(false)
  })

  it.each(['a b', 'a;b', 'é', '\xa0close', '"close"', '(x', 'x:'])('notes that %j is no token', value => {
    const field = read(['x-a', value])
    expect([field.isMalformed, field.namesPseudo, [...field.nominated]]).toEqual([true, false, ['x-a']])
  })

  it('notes what looks like a pseudo-header', () => {
    expect(read([':authority'])).toMatchObject({ isMalformed: true, namesPseudo: true })
  })

  it('keeps as many names as it is told, and reads the options behind them', () => {
    const field = read(['a,b,c', 'd,close'], 2)
    expect([...field.nominated]).toEqual(['a', 'b'])
    expect([field.words, field.close]).toEqual([5, true])
  })

  it('remembers nothing of the message before', () => {
    const field = read(['close, x-a, "'])
    const head = new Head()
    head.readFields('\r\n', Buffer.from('\r\n'), 0, 0, 1)
    field.read(head)
    expect({ ...field }).toEqual({ ...new ConnectionField() })
  })
})
