// Version 1 of the PROXY protocol: one line of text (proxy-protocol.txt 2.1).
import { isIPv4, isIPv6, SocketAddress } from 'node:net'
import { type Endpoint, type HeaderReading, PARTIAL, refused } from './proxy-header.ts'

export const START_OF_LINE: Buffer = Buffer.from('PROXY ')

/** With its CRLF. */
const MAX_LINE = 107
const CR = 13
const LF = 10
const PORT = /^(?:0|[1-9]\d{0,4})$/
const LAST_PORT = 65535

/** Reads a line whose start is START_OF_LINE. */
export function readLine(bytes: Buffer): HeaderReading {
  const most = Math.min(bytes.length, MAX_LINE)
  let at = START_OF_LINE.length
  while (at < most && bytes[at] !== CR && bytes[at] !== LF) at++
  // The last byte that could end the line in time is the LF, so a CR in its place is too late.
  if (at >= MAX_LINE - 1) return refused('a line of more than 107 bytes')
  if (at >= most) return PARTIAL
  if (bytes[at] === LF) return refused('a line that ends without CRLF')
  if (at + 1 === bytes.length) return PARTIAL
  if (bytes[at + 1] !== LF) return refused('a line that ends without CRLF')
  return readWords(bytes.toString('latin1', START_OF_LINE.length, at), at + 2)
}

function readWords(text: string, length: number): HeaderReading {
  const [family = '', source = '', destination = '', from = '', to = '', ...more] = text.split(' ')
  // Whatever else the line says is to be ignored.
  if (family === 'UNKNOWN') return { kind: 'header', length, ends: undefined }
  if (family !== 'TCP4' && family !== 'TCP6') return refused('a family other than TCP4, TCP6 and UNKNOWN')
  const ends = {
    source: endpoint(family, source, from),
    destination: endpoint(family, destination, to),
  }
  if (more.length > 0 || ends.source === undefined || ends.destination === undefined)
    return refused(`a line that isn't two ${family} addresses and two ports, one space apart`)
  return { kind: 'header', length, ends: { source: ends.source, destination: ends.destination } }
}

function endpoint(family: 'TCP4' | 'TCP6', address: string, port: string): Endpoint | undefined {
  if (!PORT.test(port) || Number(port) > LAST_PORT) return undefined
  if (family === 'TCP4') return isIPv4(address) ? { address, port: Number(port) } : undefined
  // A zone (`fe80::1%eth0`) means something on one machine only.
  if (!isIPv6(address) || address.includes('%')) return undefined
  return { address: new SocketAddress({ address, family: 'ipv6' }).address, port: Number(port) }
}
