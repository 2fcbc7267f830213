// A host and a port in one word, `host:port`, an IPv6 address in brackets (RFC 3986 3.2.2).

export interface HostPort {
  readonly host: string
  readonly port: number
}

const HOST_PORT = /^(?:\[([0-9A-Fa-f:.%]+)\]|([^\s:[\]/@]+)):(\d{1,5})$/

/** Undefined for anything else, and for a port that is none. */
export function parseHostPort(text: string): HostPort | undefined {
  const [, inBrackets, plain, digits] = HOST_PORT.exec(text) ?? []
  const host = inBrackets ?? plain
  const port = Number(digits)
  return host !== undefined && port >= 1 && port <= 65_535 ? { host, port } : undefined
}

/** The same as a word. */
export function hostPort(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}
