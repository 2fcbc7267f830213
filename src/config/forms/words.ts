// Ids, names and other short words.
import { CONTROL, type Form } from './form.ts'

const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/
const ALLOWED = 'letters, digits, ".", "_" and "-", starting with a letter or digit, at most 64'

/** The names that every JavaScript object answers to can't be told from ids. */
const TAKEN: ReadonlySet<string> = new Set([...Object.getOwnPropertyNames(Object.prototype), 'prototype'])

/** An identity. */
export const idForm: Form = (text, shown) => {
  if (TAKEN.has(text)) return { code: 'shape/id', message: `${shown} is a reserved word and can't be an id` }
  if (ID.test(text)) return undefined
  return { code: 'shape/id', message: `${shown} is not an id: ${ALLOWED}` }
}

/** Text for people, on one line. */
export const nameForm: Form = (text, shown) => {
  if (CONTROL.test(text))
    return { code: 'shape/text', message: `${shown} holds a line end or another control character` }
  const bytes = Buffer.byteLength(text)
  return bytes > 128 ? { code: 'shape/text', message: `at most 128 bytes, not ${bytes}` } : undefined
}

/** A status or a class of statuses that an error page stands for. */
export const errorPageKeyForm: Form = (text, shown) => {
  if (/^[45](\d\d|xx)$/.test(text)) return undefined
  const isClass = /^[45]xx$/i.test(text) || /^[45]\*+$/.test(text)
  return {
    code: 'shape/status-key',
    message: `${shown} is neither a status from 400 to 599 nor 4xx or 5xx`,
    ...(isClass && { help: `write ${text.charAt(0)}xx` }),
  }
}

/** A method: an HTTP token in capitals. */
export const methodForm: Form = (text, shown) => {
  if (/^(CONNECT|TRACE)$/i.test(text)) return { code: 'match/method', message: `${shown} is never served` }
  if (/^[A-Z0-9!#$%&'*+.^_`|~-]+$/.test(text)) return undefined
  const capitals = text.toUpperCase()
  const help = text !== capitals && /^[A-Z]+$/.test(capitals) ? { help: `write ${capitals}` } : {}
  return { code: 'match/method', message: `${shown} is not a method`, ...help }
}

/** What a request may be sent again for. */
export const retryConditionForm: Form = (text, shown) => {
  if (/^(connect|reset|timeout|status:[45]\d\d)$/.test(text)) return undefined
  const status = /^(?:status[:=]?)?\s*([45]\d\d)$/i.exec(text)?.[1]
  return {
    code: 'retry/condition',
    message: `${shown} is none of connect, reset, timeout and status:400 to status:599`,
    ...(status !== undefined && { help: `write status:${status}` }),
  }
}

/** The permissions of a socket file. */
export const modeForm: Form = (text, shown) =>
  /^0?[0-7]{3}$/.test(text)
    ? undefined
    : { code: 'listener/mode', message: `${shown} is not a mode, like "0660"` }

/** A user name for basic authentication (RFC 7617 section 2). */
export const usernameForm: Form = (text, shown) =>
  CONTROL.test(text) || text.includes(':')
    ? { code: 'target/credentials', message: `${shown} holds a colon or a control character` }
    : undefined

/** A password for basic authentication (RFC 7617 section 2). */
export const passwordForm: Form = text =>
  CONTROL.test(text)
    ? { code: 'target/credentials', message: 'the password holds a control character' }
    : undefined
