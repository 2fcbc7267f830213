// How an agent asks to become a tunnel, and what it is told: every check, in order, without a socket (reference, tunnel bootstrap).

export const TUNNEL_PATH = '/agent/tunnel'
export const PROTOCOL = 'p2pstream-yamux'
export const TUNNEL_VERSION = '1'

/** Names of fields as they are looked up; the wire's are the same but for case. */
export const FIELD = {
  id: 'x-p2pstream-agent-id',
  version: 'x-p2pstream-tunnel-version',
  maxStreams: 'x-p2pstream-tunnel-max-concurrent-streams',
  capacityMode: 'x-p2pstream-tunnel-capacity-mode',
  agentVersion: 'x-p2pstream-agent-version',
  group: 'x-p2pstream-tunnel-group',
  lane: 'x-p2pstream-tunnel-lane',
} as const

/** What somebody is told who asks for the tunnel without an upgrade to it. */
export const UPGRADE_REQUIRED = 'agent tunnel upgrade required'

/** What an agent that says nothing of its capacity takes. */
const QUIET_STREAMS = 64
const MOST_STREAMS = 65_536
/** What an agent's certificate is for: this and its id (SPIFFE). */
const SPIFFE = 'spiffe://p2pstream/agent/'
/** Connections that one agent may have at once. */
export const MAX_LANES = 8

/** URIs of a client's certificate, none without one; undefined where certificates aren't asked for. */
export type Certified = readonly string[] | undefined

export interface Hello {
  readonly method: string
  /** Names in lower case. */
  readonly fields: Readonly<Record<string, string | readonly string[] | undefined>>
  /** Of the client's certificate, where the door asks for one: the URIs that it is for. */
  readonly certified: Certified
}

/** One of several connections of an agent. */
export interface Lane {
  readonly group: string
  readonly number: number
}

export interface Admission {
  readonly ok: true
  readonly agentId: string
  /** Undefined: the agent's only connection. */
  readonly lane: Lane | undefined
  /** Streams that may be open at once. */
  readonly maxStreams: number
  /** The agent said how much it takes, and is told what was made of it. */
  readonly saidCapacity: boolean
  /** Of the agent's program, as it says. */
  readonly version: string
}

export interface Rejection {
  readonly ok: false
  readonly status: 400 | 401 | 405 | 426 | 429
  readonly text: string
  /** Speaks the protocol from before the mux. */
  readonly isLegacy: boolean
}

export interface Judges {
  /** What is wrong with the credentials, undefined when nothing is. */
  credentials(agentId: string, token: string): string | undefined
  /** The most streams for an agent whose credentials are good. */
  maxStreams(agentId: string): number
  /** How many other lanes of the group the agent has. */
  lanes(agentId: string, lane: Lane): number
}

function one(hello: Hello, name: string): string {
  const value = hello.fields[name]
  return (typeof value === 'string' ? value : (value?.[0] ?? '')).trim()
}

function rejected(status: Rejection['status'], text: string, isLegacy = false): Rejection {
  return { ok: false, status, text, isLegacy }
}

/** The word is case-sensitive and ends with a space, as the reference has it. */
function tokenOf(hello: Hello): string {
  const value = one(hello, 'authorization')
  return value.startsWith('Bearer ') ? value.slice('Bearer '.length).trim() : ''
}

function credentialsOf(hello: Hello, judges: Judges): string | undefined {
  const agentId = one(hello, FIELD.id)
  const token = tokenOf(hello)
  if (agentId === '') return 'agent id required'
  if (token === '') return 'agent token required'
  if (hello.certified?.length === 0) return 'client certificate required'
  if (hello.certified?.includes(SPIFFE + agentId) === false) return 'client certificate is not for this agent'
  return judges.credentials(agentId, token)
}

/** Undefined: none was said. */
function laneOf(hello: Hello): Lane | undefined | Rejection {
  const group = one(hello, FIELD.group)
  const number = one(hello, FIELD.lane)
  if (group === '' && number === '') return undefined
  return /^[A-Za-z0-9-]{16,64}$/.test(group) && /^\d{1,2}$/.test(number) && Number(number) < 32
    ? { group, number: Number(number) }
    : rejected(400, 'invalid tunnel lane')
}

/** Undefined: none was said. */
function capacityOf(hello: Hello): number | undefined | Rejection {
  const most = one(hello, FIELD.maxStreams)
  const mode = one(hello, FIELD.capacityMode)
  if (most === '' && mode === '') return undefined
  const count = Number(most)
  return /^\d{1,5}$/.test(most) && count >= 1 && count <= MOST_STREAMS && /^(?:adaptive|fixed)$/.test(mode)
    ? count
    : rejected(400, 'invalid tunnel capacity')
}

const isRejection = (value: unknown): value is Rejection =>
  typeof value === 'object' && value !== null && 'ok' in value

/** Lets an agent in or says why not. */
export function judge(hello: Hello, judges: Judges): Admission | Rejection {
  const wrong = credentialsOf(hello, judges)
  if (wrong !== undefined) return rejected(401, wrong)
  if (hello.method !== 'GET') return rejected(405, 'method not allowed')
  const connection = one(hello, 'connection')
    .toLowerCase()
    .split(/[\t ]*,[\t ]*/)
  const upgrade = one(hello, 'upgrade').toLowerCase()
  if (!connection.includes('upgrade') || upgrade !== PROTOCOL)
    return rejected(400, UPGRADE_REQUIRED, upgrade === 'websocket')
  if (one(hello, FIELD.version) !== TUNNEL_VERSION) return rejected(426, 'unsupported tunnel version')
  const capacity = capacityOf(hello)
  if (isRejection(capacity)) return capacity
  const lane = laneOf(hello)
  if (isRejection(lane)) return lane
  const agentId = one(hello, FIELD.id)
  if (lane !== undefined && judges.lanes(agentId, lane) >= MAX_LANES)
    return rejected(429, `an agent has at most ${MAX_LANES} connections`)
  return {
    ok: true,
    agentId,
    lane,
    maxStreams: Math.min(capacity ?? QUIET_STREAMS, judges.maxStreams(agentId)),
    saidCapacity: capacity !== undefined,
    version: one(hello, FIELD.agentVersion).slice(0, 64),
  }
}

/** The head of the answer that makes the connection a tunnel: these fields, in this order, and no others. */
export function switching({ saidCapacity, maxStreams }: Admission): string {
  const capacity = saidCapacity
    ? `X-P2PStream-Tunnel-Max-Concurrent-Streams: ${maxStreams}\r\nX-P2PStream-Tunnel-Capacity-Mode: adaptive\r\n`
    : ''
  return `HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: ${PROTOCOL}\r\nX-P2PStream-Tunnel-Version: ${TUNNEL_VERSION}\r\n${capacity}\r\n`
}

const PHRASES: Readonly<Record<Rejection['status'], string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  405: 'Method Not Allowed',
  426: 'Upgrade Required',
  429: 'Too Many Requests',
}

/** The whole answer to everybody else. */
export function refusing({ status, text }: Rejection): string {
  const more = status === 405 ? 'Allow: GET\r\n' : status === 426 ? `Upgrade: ${PROTOCOL}\r\n` : ''
  const challenge = status === 401 ? 'WWW-Authenticate: Bearer\r\n' : ''
  const body = `${text}\n`
  return `HTTP/1.1 ${status} ${PHRASES[status]}\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: ${Buffer.byteLength(body)}\r\n${more}${challenge}Connection: close\r\n\r\n${body}`
}
