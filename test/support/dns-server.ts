// A DNS server on loopback that answers what a test says, with packets made by hand (RFC 1035 4.1), or keeps silent.
import { createSocket } from 'node:dgram'
import { once } from 'node:events'

/** What a name has; nothing at all means that it doesn't exist. */
export interface Zone {
  readonly a?: readonly string[]
  readonly aaaa?: readonly string[]
  /** Seconds. */
  readonly ttl?: number
}

export interface DnsServer extends AsyncDisposable {
  /** For a resolver's list of servers. */
  readonly address: string
  /** By lower-case name. */
  readonly zones: Map<string, Zone>
  /** Questions so far, as `a a.test` or `aaaa a.test`. */
  readonly asked: string[]
  isSilent: boolean
}

const TYPES = { 1: 'a', 28: 'aaaa' } as const

interface Question {
  readonly name: string
  readonly type: number
  readonly end: number
}

function readQuestion(packet: Buffer): Question {
  const labels: string[] = []
  let at = 12
  for (let length = packet.readUInt8(at); length > 0; length = packet.readUInt8(at)) {
    labels.push(packet.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
  return { name: labels.join('.').toLowerCase(), type: packet.readUInt16BE(at + 1), end: at + 5 }
}

function addressBytes(address: string): Buffer {
  if (!address.includes(':')) return Buffer.from(address.split('.').map(Number))
  const [head = '', tail = ''] = address.split('::')
  const groups = (part: string): number[] =>
    part === '' ? [] : part.split(':').map(word => Number.parseInt(word, 16))
  const [first, last] = [groups(head), groups(tail)]
  const all = [...first, ...Array<number>(8 - first.length - last.length).fill(0), ...last]
  return Buffer.from(all.flatMap(group => [group >> 8, group & 255]))
}

function answerTo(packet: Buffer, { type, end }: Question, zone: Zone | undefined): Buffer {
  const kind = TYPES[type as keyof typeof TYPES]
  const records = (kind === undefined ? undefined : zone?.[kind]) ?? []
  const head = Buffer.alloc(12)
  packet.copy(head, 0, 0, 2)
  // A response, recursion asked for and available; NXDOMAIN for what isn't there at all.
  head.writeUInt16BE(0x8180 | (zone === undefined ? 3 : 0), 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt16BE(records.length, 6)
  const answers = records.map(address => {
    const bytes = addressBytes(address)
    const record = Buffer.alloc(12)
    record.writeUInt16BE(0xc00c, 0)
    record.writeUInt16BE(type, 2)
    record.writeUInt16BE(1, 4)
    record.writeUInt32BE(zone?.ttl ?? 60, 6)
    record.writeUInt16BE(bytes.length, 10)
    return Buffer.concat([record, bytes])
  })
  return Buffer.concat([head, packet.subarray(12, end), ...answers])
}

/** Listens on a free port of 127.0.0.1. */
export async function startDnsServer(zones: Readonly<Record<string, Zone>> = {}): Promise<DnsServer> {
  const socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const server: DnsServer = {
    address: `127.0.0.1:${socket.address().port}`,
    zones: new Map(Object.entries(zones)),
    asked: [],
    isSilent: false,
    async [Symbol.asyncDispose]() {
      socket.close()
      await once(socket, 'close')
    },
  }
  socket.on('message', (packet, from) => {
    const question = readQuestion(packet)
    server.asked.push(`${TYPES[question.type as keyof typeof TYPES] ?? question.type} ${question.name}`)
    if (!server.isSilent)
      socket.send(answerTo(packet, question, server.zones.get(question.name)), from.port, from.address)
  })
  return server
}
