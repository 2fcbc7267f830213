// What a request is hashed on: from the words of `hash_on` to a text.
import { cookieOf } from '../http/cookie.ts'
import type { Facts } from '../http/facts.ts'
import { queryValue } from '../http/query.ts'

/** `client_ip`, `host`, `path` (decoded), `uri` (as sent); with a name: a header (in lower case), a cookie, a value of the query. */
export interface KeySource {
  readonly kind: 'client_ip' | 'host' | 'path' | 'uri' | 'header' | 'cookie' | 'query'
  readonly name: string
}

export interface Hashing {
  /** Joined, they are the key. */
  readonly on: readonly KeySource[]
  /** What the key is when `on` has nothing; empty: the request takes its turn. */
  readonly fallback: readonly KeySource[]
  readonly slots: number
}

/** Reads `header:X-User`, `client_ip`, `none`, which are known to have that form. */
export function readKeySources(words: readonly string[]): readonly KeySource[] {
  return words
    .filter(word => word !== 'none')
    .map(word => {
      const [kind = '', name = ''] = word.split(/:(.*)/s)
      return { kind: kind as KeySource['kind'], name: kind === 'header' ? name.toLowerCase() : name }
    })
}

/** The key of a request; undefined when none of the sources has anything. */
export function hashKey(sources: readonly KeySource[], facts: Facts): string | undefined {
  let key: string | undefined
  for (const source of sources) {
    const part = partOf(source, facts)
    if (key === undefined) key = part
    // No part can hold a line end.
    else key += `\n${part}`
  }
  return key === undefined || /^\n*$/.test(key) ? undefined : key
}

/** `''` for what isn't there. */
function partOf({ kind, name }: KeySource, facts: Facts): string {
  switch (kind) {
    case 'client_ip':
      return facts.client
    case 'host':
      return facts.host
    case 'path':
      return facts.decodedPath
    case 'uri':
      return facts.path + facts.query
    case 'header':
      return facts.fields.all(name).join(', ')
    case 'cookie':
      return cookieOf(facts.fields, name) ?? ''
    case 'query':
      return queryValue(facts.query, name) ?? ''
  }
}

/** In the words of the file. */
export function keyWords(sources: readonly KeySource[]): string {
  return sources.map(({ kind, name }) => (name === '' ? kind : `${kind}:${name}`)).join(', ')
}
