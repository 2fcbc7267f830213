// One exchange as a line of JSON with OpenTelemetry's attribute names, flat. Built by hand: this runs once per exchange.
// What repeats is kept in one piece, the quotes of its neighbours included.
import { asciiBytes, type LineBytes } from './line-bytes.ts'
import { latest, MOST, memo } from './memo.ts'
import { quotable, quoted } from './plain-text.ts'
import type { ExchangeRecord } from './record.ts'
import { redactPath, redactQuery, redactUrl, withoutUser } from './redact.ts'

const TRACE = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}/
const PORT = /:(\d{1,5})$/
const ABSOLUTE = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i

const CONNECT_TIME = asciiBytes(',"p2pstream.connect_duration":')
const HEAD_TIME = asciiBytes(',"p2pstream.response_header_duration":')
const BYTES_IN = asciiBytes(',"http.request.body.size":')
const BYTES_OUT = asciiBytes(',"http.response.body.size":')
const NO_BYTES_IN = Buffer.concat([BYTES_IN, asciiBytes('0'), BYTES_OUT])

/** What stands between quotes, most often as it is. */
function addQuotable(text: string, to: LineBytes): void {
  if (!to.plain(text)) to.text(quotable(text))
}

/** Path and query, without the quotes at their ends. Most targets are a path alone, in which no credential can stand. */
function addUrl(target: string, to: LineBytes): void {
  if (target.startsWith('/') && !target.includes('?') && !target.includes(';')) addQuotable(target, to)
  else to.text(urlParts(target))
}

/** Without the quotes at its ends. */
function urlParts(target: string): string {
  const path = target.startsWith('/') ? target : target.replace(ABSOLUTE, '')
  const mark = path.indexOf('?')
  if (mark < 0) return quotable(redactPath(path))
  return `${quotable(redactPath(path.slice(0, mark)))}","url.query":"${quotable(redactQuery(path.slice(mark + 1)))}`
}

function addressParts(authority: string): string {
  if (authority === '') return ''
  const bare = withoutUser(authority)
  const port = PORT.exec(bare)
  if (port === null) return `,"server.address":${quoted(bare)}`
  return `,"server.address":${quoted(bare.slice(0, port.index))},"server.port":${Number(port[1])}`
}

function traceParts(traceparent: string): string {
  const ids = TRACE.exec(traceparent)
  return ids === null ? '' : `,"trace_id":"${ids[1]}","span_id":"${ids[2]}"`
}

/** Answers of our own and what went wrong; most exchanges have none of this. */
function rareParts(r: ExchangeRecord): string {
  let text = ''
  if (r.reason !== undefined) text += `,"p2pstream.reason":"${r.reason}"`
  if (r.at !== undefined) text += `,"p2pstream.at":${quoted(r.at)}`
  if (r.detail !== undefined) text += `,"p2pstream.detail":${quoted(r.detail)}`
  if (r.upgraded) text += ',"p2pstream.upgraded":true'
  return text
}

/** Where an exchange went. */
type Place = Pick<ExchangeRecord, 'listener' | 'route' | 'pool' | 'target' | 'agent' | 'attempts' | 'reused'>

/** Places are known again by their target, as most exchanges of a target come by the same route. */
class Places {
  private readonly known = new Map<string, { readonly place: Place; readonly bytes: Buffer }>()

  of(r: ExchangeRecord): Buffer {
    const key = r.target ?? r.route ?? ''
    const known = this.known.get(key)
    if (known !== undefined && isSamePlace(known.place, r)) return known.bytes
    const { listener, route, pool, target, agent, attempts, reused } = r
    const place = { listener, route, pool, target, agent, attempts, reused }
    const bytes = asciiBytes(placeParts(place))
    if (this.known.size >= MOST) this.known.clear()
    this.known.set(key, { place, bytes })
    return bytes
  }
}

function isSamePlace(a: Place, b: Place): boolean {
  return (
    a.listener === b.listener &&
    a.route === b.route &&
    a.pool === b.pool &&
    a.target === b.target &&
    a.agent === b.agent &&
    a.attempts === b.attempts &&
    a.reused === b.reused
  )
}

function placeParts(r: Place): string {
  let text = `,"p2pstream.listener":${quoted(r.listener)}`
  if (r.route !== undefined) text += `,"http.route":${quoted(r.route)}`
  if (r.pool !== undefined) text += `,"p2pstream.upstream":${quoted(r.pool)}`
  if (r.target !== undefined) text += `,"p2pstream.target":${quoted(r.target)}`
  if (r.agent !== undefined) text += `,"p2pstream.agent":${quoted(r.agent)}`
  if (r.attempts > 0) text += `,"p2pstream.attempts":${r.attempts}`
  if (r.reused) text += ',"p2pstream.connection_reused":true'
  return `${text},"http.server.request.duration":`
}

/**
 * A maker of lines, each with its newline; `time` is the start of the exchange as RFC 3339, durations are seconds. Attributes
 * that an exchange never came to are left out. A broken head has the method `_OTHER`, as OpenTelemetry wants.
 */
export function jsonLines(): (r: ExchangeRecord, time: string, to: LineBytes) => void {
  const startOf = latest((time: string) => asciiBytes(`{"time":"${time}`))
  const methodOf = memo(
    method => `","http.request.method":${quoted(method === '' ? '_OTHER' : method)},"url.path":"`,
  )
  const addressOf = memo(authority => `"${addressParts(authority)},"http.response.status_code":`)
  const client = (address: string): string => (address === '' ? '' : `,"client.address":${quoted(address)}`)
  const peer = (address: string): string =>
    address === '' ? '' : `,"network.peer.address":${quoted(address)}`
  const [clientOf, peerOf] = [memo(client), memo(peer)]
  const visitorOf = memo(address => client(address) + peer(address))
  const userAgentOf = memo(userAgent => `,"user_agent.original":${quoted(userAgent)}`)
  const refererOf = memo(referer => `,"http.request.header.referer":${quoted(redactUrl(referer))}`)
  const places = new Places()
  const generationOf = latest((generation: number) =>
    asciiBytes(`,"p2pstream.generation":${generation},"p2pstream.request_id":"`),
  )
  const endOf = (scheme: string) =>
    memo(protocol => {
      const version = protocol === 'HTTP/1.1' ? '1.1' : protocol.slice(5)
      return `","url.scheme":"${scheme}","network.protocol.version":"${version}"}\n`
    })
  const [plainEndOf, secureEndOf] = [endOf('http'), endOf('https')]

  return (r, time, to) => {
    to.piece(startOf(time))
    to.piece(methodOf(r.method))
    addUrl(r.requestTarget, to)
    to.piece(addressOf(r.authority))
    to.integer(r.status)
    if (r.client === r.peer) to.piece(visitorOf(r.peer))
    else {
      to.piece(clientOf(r.client))
      to.piece(peerOf(r.peer))
    }
    if (r.userAgent !== undefined) to.piece(userAgentOf(r.userAgent))
    if (r.referer !== undefined) to.piece(refererOf(r.referer))
    if (r.reason !== undefined || r.upgraded) to.text(rareParts(r))
    to.piece(places.of(r))
    to.seconds(r.duration)
    if (r.connectTime !== undefined) {
      to.piece(CONNECT_TIME)
      to.seconds(r.connectTime)
    }
    if (r.headTime !== undefined) {
      to.piece(HEAD_TIME)
      to.seconds(r.headTime)
    }
    if (r.bytesIn === 0) to.piece(NO_BYTES_IN)
    else {
      to.piece(BYTES_IN)
      to.integer(r.bytesIn)
      to.piece(BYTES_OUT)
    }
    to.integer(r.bytesOut)
    if (r.traceparent !== undefined) to.text(traceParts(r.traceparent))
    to.piece(generationOf(r.generation))
    addQuotable(r.requestId, to)
    to.piece(r.scheme === 'https' ? secureEndOf(r.protocol) : plainEndOf(r.protocol))
  }
}
