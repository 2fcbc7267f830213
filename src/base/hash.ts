// A stable name for a plain value: equal values have equal hashes, whatever the order of their keys.
import { hash } from 'node:crypto'

/** Canonical JSON: object keys sorted, `undefined` members left out. */
export function canonical(value: unknown): string {
  if (value === null || typeof value !== 'object') return JSON.stringify(value) ?? 'null'
  // Plain loops: a reload hashes every object of the file, and they take half the time of map and join.
  let text = ''
  if (Array.isArray(value)) {
    for (const member of value) text += `${text === '' ? '' : ','}${canonical(member)}`
    return `[${text}]`
  }
  const members = value as Readonly<Record<string, unknown>>
  for (const name of Object.keys(members).sort()) {
    const member = members[name]
    if (member !== undefined) text += `${text === '' ? '' : ','}${JSON.stringify(name)}:${canonical(member)}`
  }
  return `{${text}}`
}

/** 128 bits of SHA-256 over the canonical JSON of a value, in hex. */
export function hashOf(value: unknown): string {
  return hash('sha256', canonical(value), 'hex').slice(0, 32)
}

/** 128 bits of SHA-256 over text or bytes as they are, in hex. */
export function hashBytes(content: string | Uint8Array): string {
  return hash('sha256', content, 'hex').slice(0, 32)
}
