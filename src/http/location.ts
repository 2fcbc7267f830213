// Redirects: the exact Location arithmetic. What a visitor sent never decides the host, and no CR or LF comes through.
import type { Pointer } from '../base/pointer.ts'
import { cutPrefix, withOneSlash } from './cut.ts'
import type { Facts } from './facts.ts'
import { bracketed } from './host.ts'
import { queryBytes, urlBytes } from './url-bytes.ts'

/** A written redirect target, taken apart. */
export interface RedirectBase {
  /** `https://new.example.com`, without a `/` at its end; `''` in the modes that stay on the host. */
  readonly origin: string
  /** Begins with exactly one `/`. */
  readonly path: string
  /** Without its `?`. */
  readonly query: string
  /** With its `#`, or `''`. */
  readonly fragment: string
  /** Mode `https`: what follows the host, `:8443` or `''`. */
  readonly port: string
}

export interface Redirect {
  readonly kind: 'redirect'
  readonly at: Pointer
  readonly mode: 'same_host_path' | 'external_origin_keep_path' | 'absolute_url' | 'https'
  /** As written. */
  readonly target: string
  readonly base: RedirectBase
  readonly status: 301 | 302 | 307 | 308
  readonly preservePathSuffix: boolean
  readonly preserveQuery: boolean
  /** The route's path prefixes, longest first: what a suffix is cut from. */
  readonly prefixes: readonly string[]
  /** The route's exact paths: a request that is one of them has no suffix. */
  readonly exactPaths: readonly string[]
}

const TARGET = /^((?:https?:\/\/[^/?#\\]*)?)([^?#]*)(?:\?([^#]*))?(#.*)?$/is
/** Stricter than Host may be: what we repeat in a Location is a plain name or an address. */
const REPEATABLE_HOST = /^(?:[a-z0-9._-]+|[0-9a-f:.]*:[0-9a-f:.]*)$/

/** Takes a target apart that is known to fit its mode and to hold nothing that a URL has to encode. */
export function redirectBase(mode: Redirect['mode'], target: string): RedirectBase {
  if (mode === 'https')
    return { origin: '', path: '/', query: '', fragment: '', port: target === ':443' ? '' : target }
  const [, origin = '', path = '', query = '', fragment = ''] = TARGET.exec(target) ?? []
  return {
    origin: mode === 'same_host_path' ? '' : origin,
    path: withOneSlash(path),
    query,
    fragment: fragment === '#' ? '' : fragment,
    port: '',
  }
}

/**
 * The Location for a request, or undefined when there is none: mode `https` needs the name of the host, and HTTP/1.0 need not
 * say it. The path is cut from the raw one and stays as sent, but for bytes that may not stand in a field.
 */
export function locationOf(
  redirect: Redirect,
  facts: Pick<Facts, 'host' | 'path' | 'decodedPath' | 'query'>,
): string | undefined {
  const { base } = redirect
  const query = redirect.preserveQuery ? queryBytes(facts.query.slice(1)) : ''
  switch (redirect.mode) {
    case 'https':
      if (!REPEATABLE_HOST.test(facts.host)) return undefined
      return `https://${bracketed(facts.host)}${base.port}${rooted(facts.path)}${questioned(query)}`
    case 'external_origin_keep_path':
      return `${base.origin}${rooted(facts.path)}${questioned(query)}`
    case 'same_host_path':
    case 'absolute_url': {
      const suffix = redirect.preservePathSuffix ? suffixOf(redirect, facts.path, facts.decodedPath) : ''
      const both = base.query !== '' && query !== '' ? `${base.query}&${query}` : base.query + query
      return `${base.origin}${joined(base.path, suffix)}${questioned(both)}${base.fragment}`
    }
  }
}

/** What follows the longest prefix the path is below; the whole path without prefixes; nothing for an exact path. */
function suffixOf(redirect: Redirect, path: string, decodedPath: string): string {
  if (redirect.exactPaths.includes(decodedPath)) return ''
  if (redirect.prefixes.length === 0) return redirect.exactPaths.length === 0 ? path : ''
  for (const prefix of redirect.prefixes) {
    const rest = cutPrefix(path, prefix)
    if (rest !== undefined) return rest
  }
  return ''
}

/** A suffix is forced to start with one `/`, in whatever spelling it came: `//evil.example` after `/` would name a host. */
function joined(base: string, suffix: string): string {
  if (suffix === '') return base
  const tail = urlBytes(withOneSlash(suffix))
  return base.endsWith('/') ? base.slice(0, -1) + tail : base + tail
}

function rooted(path: string): string {
  return urlBytes(path.startsWith('/') ? path : `/${path}`)
}

function questioned(query: string): string {
  return query === '' ? '' : `?${query}`
}
