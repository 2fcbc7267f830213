// Durations, sizes and percentages, with the nearest right way to write a wrong one.
import { parseDuration } from '../../base/duration.ts'
import { parseSize } from '../../base/size.ts'
import type { Form } from './form.ts'

const DURATION_WORDS: readonly (readonly [RegExp, string])[] = [
  [/m(illi)?s(ec(onds?)?)?/g, 'ms'],
  [/s(ec(onds?)?)?\b/g, 's'],
  [/m(in(utes?)?s?)?\b/g, 'm'],
  [/h((ou)?rs?)?\b/g, 'h'],
  [/d(ays?)?\b/g, 'd'],
]
const SIZE_WORDS = /^(\d+)\s*([kmgt])i?b?$/i

/** A bare number was meant in milliseconds when it is large, else in seconds. */
function numberAsDuration(text: string): string {
  const number = Number(text)
  return number >= 1000 && number % 1000 !== 0 ? `${number}ms` : `${number >= 1000 ? number / 1000 : number}s`
}

function likelyDuration(text: string): string | undefined {
  if (/^\d+$/.test(text)) return numberAsDuration(text)
  const tight = text.toLowerCase().replaceAll(/[\s_]/g, '')
  const words = DURATION_WORDS.reduce((word, [pattern, unit]) => word.replace(pattern, unit), tight)
  return [tight, words].find(word => parseDuration(word) !== undefined)
}

/** `30s`, `1h30m`; a bare number is refused, and told with the unit it was likely meant in. */
export const durationForm: Form = (text, shown) => {
  if (parseDuration(text) !== undefined) return undefined
  const likely = likelyDuration(text)
  const isNumber = /^-?\d+(\.\d+)?$/.test(text)
  return {
    code: 'shape/duration',
    message: isNumber
      ? `${shown} has no unit; a duration is written like 30s`
      : `${shown} is not a duration, like 250ms, 30s or 1h30m`,
    ...(likely !== undefined && { help: `write ${likely}` }),
  }
}

/** `64KiB`, `512`. */
export const sizeForm: Form = (text, shown) => {
  if (parseSize(text) !== undefined) return undefined
  const [, count, unit = ''] = SIZE_WORDS.exec(text) ?? []
  return {
    code: 'shape/size',
    message: `${shown} is not a size, like 512, 64KiB or 10MiB`,
    ...(count !== undefined && { help: `write ${count}${unit.toUpperCase()}iB` }),
  }
}

/** `20%`. */
export const percentForm: Form = (text, shown) => {
  const number = Number(/^(\d{1,3}(?:\.\d+)?)%$/.exec(text)?.[1])
  if (number <= 100) return undefined
  const bare = Number(text)
  const isShare = text.trim() !== '' && bare >= 0 && bare <= 100
  return {
    code: 'shape/percent',
    message: `${shown} is not a share from 0% to 100%`,
    ...(isShare && { help: `write ${bare < 1 ? bare * 100 : bare}%` }),
  }
}
