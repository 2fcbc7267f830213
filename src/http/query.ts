// A value in a query, byte for byte as sent.

/** The value of the first `name=value` of a query (with its `?`, or `''`); undefined without one. */
export function queryValue(query: string, name: string): string | undefined {
  for (let from = 1; from < query.length; ) {
    const ampersand = query.indexOf('&', from)
    const to = ampersand < 0 ? query.length : ampersand
    if (query.startsWith(name, from) && query.charAt(from + name.length) === '=')
      return query.slice(from + name.length + 1, to)
    from = to + 1
  }
  return undefined
}
