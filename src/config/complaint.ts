// From a broken schema rule to a diagnostic: what was written, what is expected, how to write it.
import type { Diagnostic } from '../base/diagnostic.ts'
import { parseDuration } from '../base/duration.ts'
import { type Pointer, step, steps } from '../base/pointer.ts'
import { parseSize } from '../base/size.ts'
import { nearest } from '../base/suggest.ts'
import type { Findings } from './findings.ts'
import { absentFor, isS2nPolicy, oursFor } from './foreign-words.ts'
import type { Flaw } from './forms/form.ts'
import { FORMS } from './forms/table.ts'
import { type Shape, shapeAt, typesOf } from './shape.ts'
import { expectedWords, foundWords, nameOf, typeHelp } from './shape-words.ts'
import { unknownKey } from './unknown-key.ts'

/** A rule of the schema that a value breaks. */
export interface Complaint {
  readonly keyword: string
  readonly at: Pointer
  readonly shape: Shape
  readonly value: unknown
  /** The key that is missing or not known. */
  readonly key: string | undefined
}

/** Whether a value may stand in a message. */
export type IsSecret = (at: Pointer) => boolean

function told(flaw: Flaw, { at }: Complaint): Diagnostic {
  const { help, ...rest } = flaw
  return { ...rest, severity: 'error', at, on: 'value', ...(help !== undefined && { help }) }
}

/** A map or list whose entries are all commented out reads as null, and means what leaving it out means. */
export function isEmptied({ keyword, value, shape }: Complaint): boolean {
  if (keyword !== 'type' || value !== null) return false
  return typesOf(shape).every(word => word === 'object' || word === 'array')
}

function type(complaint: Complaint, isSecret: boolean): Diagnostic | undefined {
  const { at, shape, value } = complaint
  if (isEmptied(complaint)) return undefined
  const help = isSecret ? undefined : typeHelp(shape, value)
  const message = `${nameOf(at)} must be ${expectedWords(shape)}${foundWords(value, isSecret)}`
  return told({ code: 'shape/type', message, ...(help !== undefined && { help }) }, complaint)
}

function choice(complaint: Complaint, isSecret: boolean): Diagnostic {
  const { at, shape, value } = complaint
  const known = (shape.enum ?? shape['x-words'] ?? [shape.const ?? ''])
    .filter(entry => entry !== null)
    .map(String)
  const one = known.length === 1 ? `must be ${known[0]}` : `must be one of ${known.join(', ')}`
  const word = typeof value === 'string' && !isSecret ? value : ''
  const absent = absentFor(word)
  if (shape['x-words']?.includes('intermediate') && isS2nPolicy(word)) {
    const help = "s2n's policies can't be had on Node; intermediate is nearest to its default"
    return told({ code: 'shape/choice', message: `${nameOf(at)} ${one}, not ${word}`, help }, complaint)
  }
  const same = oursFor(word).find(candidate => known.includes(candidate))
  const near = same ?? (absent === undefined && word !== '' ? nearest(word, known) : undefined)
  const code = 'shape/choice'
  if (near !== undefined)
    return told(
      { code, message: `unknown word "${word}"; did you mean "${near}"?`, help: `${nameOf(at)} ${one}` },
      complaint,
    )
  const isUnquoted = typeof value === 'number' && known.includes(String(value)) && !isSecret
  const help = isUnquoted
    ? { help: `write it in quotes: "${value}"` }
    : absent === undefined
      ? {}
      : { help: `this version does not support ${absent}` }
  return told({ code, message: `${nameOf(at)} ${one}${foundWords(value, isSecret)}`, ...help }, complaint)
}

function form(complaint: Complaint, isSecret: boolean): Diagnostic | undefined {
  const { shape, value } = complaint
  const text = String(value)
  const flaw = FORMS[shape['x-form'] ?? '']?.(text, isSecret ? 'the secret' : JSON.stringify(text))
  return flaw && told(isSecret ? { code: flaw.code, message: flaw.message } : flaw, complaint)
}

/** Whether a duration or size is inside of its range; what is neither is told elsewhere. */
export function isInRange(text: string, { 'x-range': range, 'x-zero': zero }: Shape): boolean {
  const [least, most] = range ?? ['0', '0']
  const measure = parseDuration(most) === undefined ? parseSize : parseDuration
  const number = measure(text)
  if (number === undefined || (zero !== undefined && number === 0)) return true
  return number >= (measure(least) ?? 0) && number <= (measure(most) ?? 0)
}

function range(complaint: Complaint, isSecret: boolean): Diagnostic {
  const { at, shape, value } = complaint
  const [least, most] = shape['x-range'] ?? [shape.minimum, shape.maximum]
  const zero = shape['x-zero'] === undefined || least === 0 ? '' : `, or 0 (${shape['x-zero']})`
  const shown = isSecret ? '' : `, not ${String(value)}`
  return told(
    { code: 'shape/range', message: `${nameOf(at)} must be from ${least} to ${most}${zero}${shown}` },
    complaint,
  )
}

function missing({ at, key = '' }: Complaint): Diagnostic {
  return { code: 'shape/missing-key', severity: 'error', message: `"${key}" is required`, at, on: 'key' }
}

/** What a complaint means; undefined where a text's form speaks for its other rules, or nothing is wrong. */
function diagnose(complaint: Complaint, secret: boolean): Diagnostic | undefined {
  const { keyword, at } = complaint
  const unlessForm = (diagnostic: () => Diagnostic): Diagnostic | undefined =>
    form(complaint, secret) === undefined ? diagnostic() : undefined
  switch (keyword) {
    case 'type':
      return type(complaint, secret)
    case 'enum':
    case 'const':
    case 'x-words':
      return choice(complaint, secret)
    case 'x-form':
      return form(complaint, secret)
    case 'x-range':
    case 'minimum':
    case 'maximum':
      return unlessForm(() => range(complaint, secret))
    case 'minLength':
      return unlessForm(() =>
        told({ code: 'shape/empty', message: `${nameOf(at)} must not be empty` }, complaint),
      )
    case 'minItems':
      return told(
        { code: 'shape/empty', message: `the list of ${nameOf(at)} is empty`, help: 'leave the key out' },
        complaint,
      )
    case 'uniqueItems':
      return told(
        { code: 'shape/repeated', message: `the list of ${nameOf(at)} holds the same value twice` },
        complaint,
      )
    case 'required':
      return missing(complaint)
    case 'propertyNames':
      return keyName(complaint)
    default:
      return unlessForm(() => {
        throw new Error(`no words for the keyword ${keyword} at ${at}`)
      })
  }
}

function keyName({ at, shape, key = '' }: Complaint): Diagnostic | undefined {
  const flaw = FORMS[shape.propertyNames?.['x-form'] ?? '']?.(key, JSON.stringify(key))
  return flaw && { ...flaw, severity: 'error', at: step(at, key), on: 'key' }
}

function tellUnknownKey({ at, key = '' }: Complaint, findings: Findings): void {
  const { meant, ...unknown } = unknownKey(key, shapeAt(steps(at))?.properties ?? {})
  if (meant !== undefined) findings.claim(step(at, meant))
  findings.add({ code: 'shape/unknown-key', severity: 'error', ...unknown, at: step(at, key), on: 'key' })
}

/** Adds what the complaints about one object mean. A required key isn't missed where an unknown one was meant as it. */
export function tellComplaints(
  complaints: readonly Complaint[],
  findings: Findings,
  isSecret: IsSecret,
): void {
  if (findings.isFull(complaints[0]?.at ?? '', complaints.length)) return
  for (const complaint of complaints)
    if (complaint.keyword === 'additionalProperties') tellUnknownKey(complaint, findings)
  for (const complaint of complaints) {
    const { keyword, at, key = '' } = complaint
    if (keyword === 'additionalProperties' || (keyword === 'required' && findings.isClaimed(step(at, key))))
      continue
    const diagnostic = diagnose(complaint, isSecret(at))
    if (diagnostic !== undefined) findings.add(diagnostic)
  }
}
