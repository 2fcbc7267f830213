// One exchange as a line of Apache's and nginx's `combined` format, escaped as nginx does it.
import type { ExchangeRecord } from './record.ts'
import { redactUrl } from './redact.ts'

const PLAIN = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/

function escaped(text: string): string {
  if (PLAIN.test(text)) return text
  return text.replace(/[^\x20\x21\x23-\x5b\x5d-\x7e]/gu, character => {
    const bytes = character < '\u0100' ? Buffer.from(character, 'latin1') : Buffer.from(character)
    return bytes.reduce((shown, byte) => `${shown}\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`, '')
  })
}

/** The line, with its newline. `time` is `20/Nov/2026:11:23:45 +0000`. */
export function combinedLine(r: ExchangeRecord, time: string): string {
  const protocol = r.protocol === 'HTTP/2' ? 'HTTP/2.0' : r.protocol
  const request =
    r.method === '' ? '-' : `${escaped(r.method)} ${escaped(redactUrl(r.requestTarget))} ${protocol}`
  const referer = r.referer === undefined ? '-' : escaped(redactUrl(r.referer))
  const agent = r.userAgent === undefined ? '-' : escaped(r.userAgent)
  const client = r.client === '' ? 'unix:' : r.client
  return `${client} - - [${time}] "${request}" ${r.status} ${r.bytesOut} "${referer}" "${agent}"\n`
}
