// A command line that can't be understood, told so that the next try works.
import { nearest } from '../base/suggest.ts'

/** Thrown through the parser, caught once in main. */
export class UsageError extends Error {}

const UNKNOWN = /^Unknown (?:argument|command)s?: (.+)$/
const WRONG_CHOICE = /Argument: ([\w-]+), Given: "?([^"\n]*)"?, Choices: (.+)/
const TOO_FEW = /^Not enough non-option arguments/
const NO_VALUE = /^Not enough arguments following: (.+)$/

export interface Vocabulary {
  readonly commands: readonly string[]
  readonly flags: readonly string[]
}

function suggested(word: string, candidates: readonly string[], prefix: string): string {
  const near = nearest(word, candidates)
  return near === undefined ? '' : `; did you mean ${prefix}${near}?`
}

function unknown(words: readonly string[], argv: readonly string[], { commands, flags }: Vocabulary): string {
  const written = (word: string): string | undefined =>
    argv.map(arg => arg.replace(/=.*/s, '')).find(arg => arg === `-${word}` || arg === `--${word}`)
  const word = words.find(candidate => written(candidate) !== undefined) ?? words[0] ?? ''
  const flag = written(word)
  if (flag !== undefined) return `there is no flag ${flag}${suggested(word, flags, '--')}`
  if (argv.some(arg => commands.includes(arg))) return `there is no place for "${word}"`
  return `there is no command "${word}"${suggested(word, commands, '')}`
}

/** The parser's complaint in our words. */
export function usageMessage(complaint: string, argv: readonly string[], vocabulary: Vocabulary): string {
  const [, words] = UNKNOWN.exec(complaint) ?? []
  if (words !== undefined) return unknown(words.split(', '), argv, vocabulary)
  const [, flag, given, choices] = WRONG_CHOICE.exec(complaint) ?? []
  if (flag !== undefined) return `--${flag} can't be "${given}"; it is one of ${choices?.replaceAll('"', '')}`
  if (TOO_FEW.test(complaint)) return 'an argument is missing'
  const [, needy] = NO_VALUE.exec(complaint) ?? []
  if (needy !== undefined) return `${needy.length === 1 ? '-' : '--'}${needy} needs a value`
  return complaint.charAt(0).toLowerCase() + complaint.slice(1)
}
