import { describe, expect, it } from 'vitest'
import { originWord, readOrigin } from '../../../src/upstream/origin.ts'

describe('an origin', () => {
  it.each([
    ['http://media.local:8096', 'media.local', 8096, 'media.local:8096', 'http://media.local:8096'],
    ['http://Media.Local', 'media.local', 80, 'Media.Local', 'http://media.local'],
    ['HTTP://a.example/', 'a.example', 80, 'a.example', 'http://a.example'],
    ['app', 'app', 80, 'app', 'http://app'],
    ['app:3000', 'app', 3000, 'app:3000', 'http://app:3000'],
    ['10.0.0.7:3000', '10.0.0.7', 3000, '10.0.0.7:3000', 'http://10.0.0.7:3000'],
    ['http://[::1]:80', '::1', 80, '[::1]:80', 'http://[::1]:80'],
    ['[2001:DB8::1]', '2001:db8::1', 80, '[2001:DB8::1]', 'http://[2001:db8::1]'],
  ])('written %s', (url, host, port, hostField, word) => {
    const origin = readOrigin(url)
    expect(origin).toEqual({ scheme: 'http', host, port, socketPath: undefined, hostField, url })
    expect(originWord(origin)).toBe(word)
  })

  it('on a unix socket says localhost', () => {
    const origin = readOrigin('unix:/run/App.sock')
    expect(origin).toMatchObject({
      socketPath: '/run/App.sock',
      hostField: 'localhost',
      url: 'unix:/run/App.sock',
    })
    expect(originWord(origin)).toBe('unix:/run/App.sock')
  })
})
