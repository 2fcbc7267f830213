// Hosts and paths of requests, as patterns.
import { isIP } from 'node:net'
import { domainToASCII } from 'node:url'
import type { Flaw, Form } from './form.ts'

const LABELS = /^(?=.{1,253}$)[a-z0-9_](?:[a-z0-9_-]{0,62})(?:\.[a-z0-9_](?:[a-z0-9_-]{0,62}))*$/i

function hostHelp(text: string): string | undefined {
  const bare = text
    .replace(/^[a-z]+:\/\//i, '')
    .replace(/[/?#].*$/, '')
    .replace(/:\d+$/, '')
  const unwrapped = bare.replace(/^\[(.*)\]$/, '$1')
  if (bare === '*') return 'leave it out to match every host'
  if (bare.startsWith('.')) return `write *${bare}`
  if (/[^\0-\x7F]/.test(bare)) return domainToASCII(bare) === '' ? undefined : `write ${domainToASCII(bare)}`
  return unwrapped !== text && hostForm(unwrapped, '') === undefined ? `write ${unwrapped}` : undefined
}

function hostReason(text: string): string | undefined {
  if (isIP(text) !== 0) return undefined
  if (text === '') return 'is empty'
  const rest = text.startsWith('*.') ? text.slice(2) : text
  if (rest.includes('*')) return 'has a * that is not its whole first label, as in *.example.com'
  return LABELS.test(rest.replace(/\.$/, '')) ? undefined : 'is not a host'
}

/** A host, exact or `*.rest`. */
export const hostForm: Form = (text, shown) => {
  const reason = hostReason(text)
  if (reason === undefined) return undefined
  const help = text === '' ? 'leave it out to match every host' : hostHelp(text)
  return { code: 'match/host', message: `${shown} ${reason}`, ...(help !== undefined && { help }) }
}

function segmentFlaw(text: string): readonly [message: string, help?: string] | undefined {
  if (text.includes('\\')) return ['holds a backslash, which is never served']
  if (text.includes('//')) return ['holds an empty segment', `write ${text.replaceAll(/\/{2,}/g, '/')}`]
  if (/\/\.{1,2}(\/|$)/.test(text)) return ['holds a segment . or .., which is never served']
  if (/[\0-\x1F\x7F]/.test(text) || !text.isWellFormed()) return ['holds a control character']
  return undefined
}

function pathFlaw(text: string): readonly [message: string, help?: string] | undefined {
  if (text === '') return ['is empty', 'leave it out']
  if (!text.startsWith('/')) return ['does not start with /', `write /${text}`]
  if (/[%?#]/.test(text)) return ['holds %, ? or #; a path is written decoded and without a query']
  return segmentFlaw(text)
}

function flawOf(
  shown: string,
  found: readonly [message: string, help?: string] | undefined,
): Flaw | undefined {
  if (found === undefined) return undefined
  const [message, help] = found
  return { code: 'match/path', message: `${shown} ${message}`, ...(help !== undefined && { help }) }
}

/** A decoded path that a request can have. */
export const pathForm: Form = (text, shown) => flawOf(shown, pathFlaw(text))

/** The same, or empty for nothing. */
export const pathOrEmptyForm: Form = (text, shown) => (text === '' ? undefined : pathForm(text, shown))

/** The start of a path as it goes on the wire (RFC 3986 section 3.3), or empty for nothing. */
export const wirePathForm: Form = (text, shown) => {
  if (text === '') return undefined
  if (!text.startsWith('/')) return flawOf(shown, ['does not start with /', `write /${text}`])
  const encoded = encodeURI(text.toWellFormed())
    .replaceAll(/%25(?=[0-9A-Fa-f]{2})/g, '%')
    .replaceAll(/[?#[\]]/g, encodeURIComponent)
  if (encoded !== text)
    return flawOf(shown, ['holds characters that a path can not hold', `write ${encoded}`])
  return flawOf(shown, /%(2f|5c|00)/i.test(text) ? ['holds an encoded separator or NUL'] : segmentFlaw(text))
}
