// Host names as they are compared: lower case, without port, brackets and one trailing dot.

const PLAIN = /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)*$/

/** The host of an authority (`Example.COM.:443` is `example.com`, `[2001:DB8::1]:443` is `2001:db8::1`); `''` stays `''`. */
export function normaliseHost(authority: string): string {
  if (PLAIN.test(authority)) return authority
  const text = authority.trim().toLowerCase()
  if (text.startsWith('[')) {
    const end = text.indexOf(']')
    return end < 0 ? text.slice(1) : text.slice(1, end)
  }
  const colon = text.indexOf(':')
  if (colon >= 0 && colon !== text.lastIndexOf(':')) return text
  const name = colon < 0 ? text : text.slice(0, colon)
  return name.endsWith('.') ? name.slice(0, -1) : name
}

/** The port an authority names, or undefined. */
export function portOf(authority: string): number | undefined {
  const digits = /^(?:\[[^\]]*\]|[^:]*):(\d{1,5})$/.exec(authority.trim())?.[1]
  return digits === undefined ? undefined : Number(digits)
}

/** A host as it stands in a URL or a Host field: IPv6 in brackets. */
export function bracketed(host: string): string {
  return host.includes(':') ? `[${host}]` : host
}
