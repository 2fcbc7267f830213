// Health checks: what a probe asks for, and which answers count.
import { parseStatuses } from '../../base/statuses.ts'
import type { Form } from './form.ts'

/** A status or a range of statuses. */
export const statusesForm: Form = (text, shown) => {
  if (parseStatuses(text) !== undefined) return undefined
  const [, first = '', last = ''] = /^(\d{3})\s*(?:-|\.\.+|–|to)\s*(\d{3})$/.exec(text.trim()) ?? []
  const likely = [`${first}-${last}`, `${last}-${first}`, text.replace(/^([1-5])xx$/i, '$100-$199')].find(
    word => parseStatuses(word) !== undefined,
  )
  return {
    code: 'health/statuses',
    message: `${shown} is neither a status from 100 to 599 nor a range like 200-399`,
    ...(likely !== undefined && { help: `write ${likely}` }),
  }
}

/** A path as it goes on the wire, with a query or without (RFC 9112 3.2.1). */
export const probePathForm: Form = (text, shown) => {
  const flaw = (message: string, help?: string) =>
    ({ code: 'health/path', message: `${shown} ${message}`, ...(help !== undefined && { help }) }) as const
  if (/^[a-z]+:\/\//i.test(text)) return flaw('is a url', 'the origin is the target; write the path alone')
  if (!text.startsWith('/')) return flaw('does not start with /', `write /${text}`)
  if (text.includes('#')) return flaw('holds a fragment, which is never sent')
  return /^[\x21-\x7E]+$/.test(text) ? undefined : flaw('holds a space or a character that is not ASCII')
}
