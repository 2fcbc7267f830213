import { describe, expect, it } from 'vitest'
import { usageMessage } from '../../../src/cli/usage.ts'

const VOCABULARY = { commands: ['run', 'validate'], flags: ['config', 'format', 'no-color'] }

describe('a complaint of the parser', () => {
  it.each([
    ['Unknown argument: runn', ['runn'], 'there is no command "runn"; did you mean run?'],
    ['Unknown argument: xyz', ['xyz'], 'there is no command "xyz"'],
    ['Unknown command: valdate', ['valdate'], 'there is no command "valdate"; did you mean validate?'],
    ['Unknown argument: confg', ['run', '--confg', 'x'], 'there is no flag --confg; did you mean --config?'],
    [
      'Unknown argument: nocolor',
      ['run', '--nocolor'],
      'there is no flag --nocolor; did you mean --no-color?',
    ],
    [
      'Unknown argument: fromat',
      ['run', '--fromat=json'],
      'there is no flag --fromat; did you mean --format?',
    ],
    ['Unknown arguments: zz, runn', ['runn', '--zz'], 'there is no flag --zz'],
    ['Unknown argument: q', ['run', '-q'], 'there is no flag -q'],
    ['Unknown argument: extra', ['run', 'extra'], 'there is no place for "extra"'],
    [
      'Invalid values:\n  Argument: format, Given: "xml", Choices: "text", "json"',
      [],
      '--format can\'t be "xml"; it is one of text, json',
    ],
    ['Not enough non-option arguments: got 1, need at least 2', [], 'an argument is missing'],
    ['Not enough arguments following: c', [], '-c needs a value'],
    ['Not enough arguments following: config', [], '--config needs a value'],
    ['Something else', [], 'something else'],
  ])('%j becomes ours', (complaint, argv, message) => {
    expect(usageMessage(complaint, argv, VOCABULARY)).toBe(message)
  })
})
