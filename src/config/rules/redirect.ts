// Redirect targets that fit their mode.
import { type Pointer, pointer, step } from '../../base/pointer.ts'
import type { Findings } from '../findings.ts'
import type { Redirect } from '../shape.gen.ts'
import { has, valuesOf } from '../values.ts'
import type { Rule } from './draft.ts'

type Fit = (target: string) => string | undefined

/** What a Location may hold as it stands: visible ASCII but quotes, brackets and backslashes (RFC 3986 section 2). */
const URI = /^[!#$%&'()*+,\-./0-9:;=?@A-Z[\]_a-z~]*$/

function webUrl(target: string): URL | undefined {
  if (!/^https?:\/\/[^/?#]/i.test(target)) return undefined
  try {
    return new URL(target)
  } catch {
    return undefined
  }
}

const FITS: Readonly<Record<Redirect['mode'], Fit>> = {
  same_host_path: target =>
    target.startsWith('/') && !target.startsWith('//') ? undefined : 'must be a path that starts with one /',
  absolute_url: target => {
    const url = webUrl(target)
    if (url === undefined) return 'must be an http or https URL with a host'
    return url.username === '' && url.password === '' ? undefined : 'must not hold a user'
  },
  external_origin_keep_path: target => {
    const url = webUrl(target)
    if (url === undefined) return 'must be an http or https URL with a host'
    if (url.username !== '' || url.password !== '') return 'must not hold a user'
    return /^https?:\/\/[^/?#]+\/?$/i.test(target)
      ? undefined
      : 'must be an origin: no path, query or fragment'
  },
  https: target => {
    const port = Number(/^:(\d{1,5})$/.exec(target)?.[1])
    return target === '' || (port >= 1 && port <= 65535)
      ? undefined
      : 'must be a port, like ":8443", or be left out'
  },
}

function check(redirect: Redirect, isWritten: boolean, at: Pointer, findings: Findings): void {
  const { mode, target } = redirect
  if (!isWritten && mode !== 'https') {
    if (!findings.isClaimed(step(at, 'target')))
      findings.key('redirect/target', at, `a redirect with the mode ${mode} needs a target`)
    return
  }
  const unfit = FITS[mode](target)
  const wrong = unfit ?? (URI.test(target) ? undefined : 'holds characters that a URL has to encode')
  if (wrong === undefined) return
  const encoded = encodeURI(target.toWellFormed())
  const help = unfit === undefined && URI.test(encoded) ? { help: `write ${encoded}` } : {}
  findings.value('redirect/target', step(at, 'target'), `with the mode ${mode} the target ${wrong}`, help)
}

/** Redirects of routes. */
export const redirectRule: Rule = ({ config, written }, findings) => {
  for (const [id, { redirect }] of Object.entries(config.routes)) {
    if (redirect === undefined) continue
    const at = pointer('routes', id, 'redirect')
    const own = valuesOf(written('routes', id)['redirect'])
    check(redirect, has(own, 'target'), at, findings)
    const keepsPath = redirect.mode === 'external_origin_keep_path' || redirect.mode === 'https'
    if (keepsPath && has(own, 'preserve_path_suffix'))
      findings.key(
        'shape/useless-key',
        step(at, 'preserve_path_suffix'),
        `the mode ${redirect.mode} keeps the whole path`,
      )
  }
}
