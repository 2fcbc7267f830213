import { describe, expect, it } from 'vitest'
import { flagsFrom } from '../../../src/cli/environment.ts'
import { given } from '../../../src/cli/given.ts'
import { UsageError } from '../../../src/cli/usage.ts'

describe('the environment', () => {
  const flags = { 'log-level': { type: 'string' }, 'no-color': { type: 'boolean' } }

  it('gives values to the flags that are asked for, and to no others', () => {
    const variables = {
      P2PSTREAM_LOG_LEVEL: 'debug',
      P2PSTREAM_NO_COLOR: '1',
      P2PSTREAM_PROVE: 'full',
      LOG_LEVEL: 'x',
    }
    expect(flagsFrom(variables, flags)).toEqual({ 'log-level': 'debug', 'no-color': true })
  })

  it.each(['', '0', 'false', 'No', 'OFF'])('turns a switch off with %j', off => {
    expect(flagsFrom({ P2PSTREAM_NO_COLOR: off }, flags)).toEqual({ 'no-color': false })
  })

  it('says nothing with an empty or absent value', () => {
    expect(flagsFrom({ P2PSTREAM_LOG_LEVEL: '' }, flags)).toEqual({})
  })
})

describe('what was given', () => {
  it('is text once, a switch, or a list', () => {
    const { text, isOn, list } = given({ config: 'a', force: true, header: ['A: b', 'C: d'] })
    expect([text('config'), text('other')]).toEqual(['a', undefined])
    expect([isOn('force'), isOn('config')]).toEqual([true, false])
    expect([list('header'), list('other'), list('config')]).toEqual([['A: b', 'C: d'], [], ['a']])
  })

  it('twice is a mistake where once is meant', () => {
    expect(() => given({ config: ['a', 'b'] }).text('config')).toThrow(UsageError)
  })
})
