// The door to Ajv: a value against the schema, as complaints.
//
// Ajv's list of errors costs the square of its length, so maps and lists that may be very long (`x-each`) are left out of what it
// compiles, and their members are validated one by one: 100,000 bad routes take as long as 100,000 good ones.
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js'
import { type Pointer, step } from '../base/pointer.ts'
import { type Complaint, isInRange } from './complaint.ts'
import { FORMS } from './forms/table.ts'
import { refersTo, SCHEMA, type Shape } from './shape.ts'

/** Hears of what one object breaks. */
type Tell = (complaints: readonly Complaint[]) => void

/** A copy of the schema in which the members of `x-each` may be anything. */
function shell(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(shell)
  if (node === null || typeof node !== 'object') return node
  const { propertyNames, ...rest } = node as Shape
  if (rest['x-each'] === undefined) {
    return Object.fromEntries(Object.entries(node).map(([key, member]) => [key, shell(member)]))
  }
  return { ...rest, ...(rest.items ? { items: true } : { additionalProperties: true }) }
}

/** Where a definition keeps members that are validated one by one, and of which definition they are. */
interface Each {
  readonly way: readonly string[]
  readonly of: string
  readonly isList: boolean
  readonly names: Shape | undefined
}

const DEFINITIONS: Readonly<Record<string, Shape>> = SCHEMA.$defs ?? {}

function eachOf(shape: Shape, way: readonly string[] = []): readonly Each[] {
  const target = DEFINITIONS[refersTo(shape) ?? ''] ?? shape
  if (target['x-each']) {
    const of = refersTo(target.items ?? (target.additionalProperties || {})) ?? ''
    const names = target.propertyNames
    return [
      {
        way,
        of,
        isList: target.items !== undefined,
        names: DEFINITIONS[refersTo(names ?? {}) ?? ''] ?? names,
      },
    ]
  }
  return Object.entries(target.properties ?? {}).flatMap(([key, member]) => eachOf(member, [...way, key]))
}

interface Validator {
  readonly validate: ValidateFunction
  readonly each: readonly Each[]
}

function openAjv(): Ajv2020 {
  const ajv = new Ajv2020({
    strict: true,
    allowUnionTypes: true,
    strictRequired: false,
    allErrors: true,
    verbose: true,
    validateSchema: false, // the press and its test hold the schema to a stricter dialect
  })
  ajv.addVocabulary([
    'x-default',
    'x-each',
    'x-file',
    'x-filled',
    'x-inherits',
    'x-literal',
    'x-refers-to',
    'x-secret',
    'x-zero',
  ])
  ajv.addKeyword({
    keyword: 'x-form',
    errors: false,
    compile: (name: string) => {
      const form = FORMS[name]
      if (form === undefined) throw new Error(`the schema has the form "${name}", which isn't there`)
      return (value: unknown) =>
        (typeof value !== 'string' && typeof value !== 'number') || form(String(value), '') === undefined
    },
  })
  ajv.addKeyword({
    keyword: 'x-range',
    errors: false,
    compile: (_: unknown, shape: Shape) => (value: unknown) =>
      (typeof value !== 'string' && typeof value !== 'number') || isInRange(String(value), shape),
  })
  ajv.addKeyword({
    keyword: 'x-words',
    errors: false,
    compile: (words: readonly string[]) => (value: unknown) =>
      typeof value !== 'string' || words.includes(value),
  })
  ajv.addSchema(shell(SCHEMA) as Shape)
  return ajv
}

/** The top, named by the empty word, and every definition that is validated one by one. */
function compileAll(): ReadonlyMap<string, Validator> {
  const ajv = openAjv()
  const all = new Map<string, Validator>()
  const add = (name: string): void => {
    if (all.has(name)) return
    const validate = ajv.getSchema(`${SCHEMA.$id ?? ''}${name === '' ? '' : `#/$defs/${name}`}`)
    if (validate === undefined) throw new Error(`the schema has no ${name}`)
    const each = eachOf(name === '' ? SCHEMA : (DEFINITIONS[name] ?? {}))
    all.set(name, { validate: validate as ValidateFunction, each })
    for (const { of } of each) add(of)
  }
  add('')
  return all
}

const VALIDATORS: ReadonlyMap<string, Validator> = compileAll()

function complaintOf(error: ErrorObject, at: Pointer): Complaint {
  const params = error.params as Readonly<Record<string, unknown>>
  const key = params['additionalProperty'] ?? params['missingProperty'] ?? params['propertyName']
  return {
    keyword: error.keyword,
    at: at + error.instancePath,
    shape: error.parentSchema as Shape,
    value: error.data,
    key: key === undefined ? undefined : String(key),
  }
}

function check(definition: string, value: unknown, at: Pointer, tell: Tell): void {
  const validator = VALIDATORS.get(definition)
  if (validator === undefined) throw new Error(`no definition ${definition}`)
  const { validate, each } = validator
  const isSound = validate(value)
  // What a key's own rules say is told by the rule that sent for them.
  const errors = isSound
    ? []
    : (validate.errors ?? []).filter(({ propertyName }) => propertyName === undefined)
  if (errors.length > 0) tell(errors.map(error => complaintOf(error, at)))
  for (const members of each) checkEach(members, value, at, tell)
}

function checkEach({ way, of, isList, names }: Each, value: unknown, at: Pointer, tell: Tell): void {
  let held = value
  let here = at
  for (const key of way) {
    held =
      held !== null && typeof held === 'object' && Object.hasOwn(held, key)
        ? (held as Values)[key]
        : undefined
    here = step(here, key)
  }
  if (held === null || typeof held !== 'object' || Array.isArray(held) !== isList) return
  for (const [key, member] of Object.entries(held)) {
    const wrong = names !== undefined && FORMS[names['x-form'] ?? '']?.(key, '')
    if (wrong) {
      const shape = { propertyNames: names }
      tell([{ keyword: 'propertyNames', at: here, shape, value: member, key }])
    }
    check(of, member ?? {}, step(here, key), tell) // an object whose keys are all commented out reads as null
  }
}

type Values = Readonly<Record<string, unknown>>

/** Validates a whole config; `tell` hears of every object that has something wrong. */
export function validate(config: unknown, tell: Tell): void {
  check('', config, '', tell)
}
