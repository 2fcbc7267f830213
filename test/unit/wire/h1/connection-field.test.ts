import { describe, expect, it } from 'vitest'
import { ConnectionField } from '../../../../src/wire/h1/connection-field.ts'
import { Head } from '../../../../src/wire/h1/head.ts'

function read(
  values: readonly string[],
  strict = true,
): { field: ConnectionField; status: number | undefined } {
  const text = `${values.map(value => `Connection: ${value}\r\n`).join('')}\r\n`
  const head = new Head()
  head.readFields(text, Buffer.from(text, 'latin1'), 0, 0, 100)
  const field = new ConnectionField()
  return { field, status: field.read(head, strict)?.status }
}

describe('ConnectionField', () => {
  it.each([
    [[], ''],
    [['close'], 'close'],
    [['Close'], 'close'],
    [['keep-alive'], 'keep-alive'],
    [['Upgrade'], 'upgrade'],
    [['keep-alive, Upgrade'], 'keep-alive upgrade'],
    [['keep-alive', 'close'], 'close keep-alive'],
    [[' , close ,'], 'close'],
    [['\tclose'], 'close'],
    [['closed'], ''],
    [['"close"', ''], ''],
    [['\xa0close'], ''],
  ])('%j asks for: %s', (values, expected) => {
    const { field } = read(values, false)
    const asked = [field.close && 'close', field.keepAlive && 'keep-alive', field.upgrade && 'upgrade']
    expect(asked.filter(Boolean).join(' ')).toBe(expected)
  })

  it('nominates everything that is no option, in lower case', () => {
    const { field } = read(['X-A, close, te', 'x-a, __proto__'])
    expect([...field.nominated]).toEqual(['x-a', 'te', '__proto__'])
  })

  it.each([
    'Host',
    'FORWARDED',
    'via',
    'x-forwarded-for',
    'X-Forwarded-Groups',
    'x-real-ip',
    'authorization',
    'Cookie',
  ])('a visitor must not nominate %s', name => expect(read([`close, ${name}`]).status).toBe(400))

  it('takes nine tokens from a visitor and refuses ten', () => {
    expect(read(['a,b,c,d,e', 'f,g,h,i']).status).toBeUndefined()
    expect(read(['a,b,c,d,e', 'f,g,h,i,j']).status).toBe(400)
  })

  it.each(['a b', 'a;b', 'é', '\xa0close', '"close"'])(
    'refuses %j from a visitor, who must send tokens',
    value => {
      expect(read([value]).status).toBe(400)
    },
  )

  it('an origin is read leniently', () => {
    const { field, status } = read(['a b, host, close, a,b,c,d,e,f,g,h,i,j,k'], false)
    expect(status).toBeUndefined()
    expect(field.close).toBe(true)
    expect(field.nominated.has('a b')).toBe(false)
    expect(field.nominated.has('host')).toBe(true)
  })

  it('remembers nothing of the message before', () => {
    const { field } = read(['close, x-a'])
    const head = new Head()
    head.readFields('\r\n', Buffer.from('\r\n'), 0, 0, 1)
    field.read(head, true)
    expect([field.close, field.nominated.size]).toEqual([false, 0])
  })
})
