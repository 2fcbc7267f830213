// A proxy's answer to CONNECT, as bytes: strict, because whatever follows its head is the origin's word.

export type ConnectReply =
  | { readonly kind: 'unfinished' }
  /** `end`: where its head ends, and the tunnel begins. */
  | { readonly kind: 'open'; readonly end: number }
  | { readonly kind: 'refused'; readonly why: string }

const START = Buffer.from('HTTP/1.')
const STATUS = /^HTTP\/1\.[01] (\d{3})(?: [\t\x20-\x7E\x80-\xFF]*)?$/
const FIELD = /^([A-Za-z0-9!#$%&'*+.^_`|~-]+):[\t\x20-\x7E\x80-\xFF]*$/
const NO_HTTP: ConnectReply = { kind: 'refused', why: 'no answer in HTTP/1.1' }

/** Reads what was heard so far; interim answers are passed over. All heads together have at most `longest` bytes. */
export function connectReply(bytes: Buffer, longest: number): ConnectReply {
  let at = 0
  for (;;) {
    const begun = Math.min(bytes.length - at, START.length)
    if (!bytes.subarray(at, at + begun).equals(START.subarray(0, begun))) return NO_HTTP
    const end = bytes.indexOf('\r\n\r\n', at)
    if ((end < 0 ? bytes.length : end) > longest) return { kind: 'refused', why: 'a head too long' }
    if (end < 0) return { kind: 'unfinished' }
    const [line = '', ...fields] = bytes.toString('latin1', at, end).split('\r\n')
    const status = STATUS.exec(line)?.[1]
    const names = fields.map(field => FIELD.exec(field)?.[1]?.toLowerCase())
    if (status === undefined || names.includes(undefined)) return NO_HTTP
    at = end + 4
    if (status.startsWith('1') && status !== '101') continue
    if (!status.startsWith('2')) return { kind: 'refused', why: `status ${status}` }
    // RFC 9110 forbids it and says to ignore it; it would be the first message of the tunnel to somebody.
    if (names.includes('transfer-encoding')) return { kind: 'refused', why: 'Transfer-Encoding on a tunnel' }
    return { kind: 'open', end: at }
  }
}
