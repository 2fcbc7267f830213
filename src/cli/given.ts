// What was given for the flags of a command, as plain values.
import { UsageError } from './usage.ts'

export interface Given {
  /** The value of a flag that may be given once; undefined when it isn't. */
  text(flag: string): string | undefined
  /** One of the words that the parser has already checked. */
  word<W extends string>(flag: string): W
  isOn(flag: string): boolean
  list(flag: string): readonly string[]
}

/** Reads what the parser found. */
export function given(values: Readonly<Record<string, unknown>>): Given {
  const text = (flag: string): string | undefined => {
    const value = values[flag]
    if (Array.isArray(value)) throw new UsageError(`--${flag} is given more than once`)
    return value === undefined ? undefined : String(value)
  }
  return {
    text,
    word: <W extends string>(flag: string) => text(flag) as W,
    isOn: flag => values[flag] === true,
    list: flag => [values[flag] ?? []].flat().map(String),
  }
}
