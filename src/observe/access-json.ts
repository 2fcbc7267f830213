// One exchange as a line of JSON with OpenTelemetry's attribute names, flat. Built by hand: this runs once per exchange.
// Many small pieces cost more than many characters (a rope is walked when it is written), so what repeats is kept in one piece,
// the quotes of its neighbours included.
import { inOnePiece, MOST, memo } from './memo.ts'
import { quotable, quoted } from './plain-text.ts'
import type { ExchangeRecord } from './record.ts'
import { redactPath, redactQuery, redactUrl, withoutUser } from './redact.ts'

const TRACE = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}/
const PORT = /:(\d{1,5})$/
const ABSOLUTE = /^[a-z][a-z0-9+.-]*:\/\/[^/?#]*/i

const THREE_DIGITS: readonly string[] = Array.from({ length: 1000 }, (_, n) => String(n).padStart(3, '0'))

/** Milliseconds as seconds with microseconds; from a table, since printing a double costs as much as ten strings. */
function seconds(ms: number): string {
  const micros = Math.max(0, Math.round(ms * 1000))
  const millis = Math.floor(micros / 1000)
  const whole = millis < 1000 ? 0 : Math.floor(millis / 1000)
  return `${whole}.${THREE_DIGITS[millis - whole * 1000]}${THREE_DIGITS[micros - millis * 1000]}`
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

/** Where an exchange went. Known again by its target, as most exchanges of a target come by the same route. */
class Places {
  private readonly known = new Map<string, { readonly record: ExchangeRecord; readonly text: string }>()

  of(r: ExchangeRecord): string {
    const key = r.target ?? r.route ?? ''
    const known = this.known.get(key)
    if (known !== undefined && isSamePlace(known.record, r)) return known.text
    const text = inOnePiece(placeParts(r))
    if (this.known.size >= MOST) this.known.clear()
    this.known.set(key, { record: r, text })
    return text
  }
}

function isSamePlace(a: ExchangeRecord, b: ExchangeRecord): boolean {
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

function placeParts(r: ExchangeRecord): string {
  let text = `,"p2pstream.listener":${quoted(r.listener)}`
  if (r.route !== undefined) text += `,"http.route":${quoted(r.route)}`
  if (r.pool !== undefined) text += `,"p2pstream.upstream":${quoted(r.pool)}`
  if (r.target !== undefined) text += `,"p2pstream.target":${quoted(r.target)}`
  if (r.agent !== undefined) text += `,"p2pstream.agent":${quoted(r.agent)}`
  if (r.attempts > 0) text += `,"p2pstream.attempts":${r.attempts}`
  if (r.reused) text += ',"p2pstream.connection_reused":true'
  return text
}

/**
 * A maker of lines, each with its newline; `time` is the start of the exchange as RFC 3339, durations are seconds. Attributes
 * that an exchange never came to are left out. A broken head has the method `_OTHER`, as OpenTelemetry wants.
 */
export function jsonLines(): (r: ExchangeRecord, time: string) => string {
  const methodOf = memo(
    method => `","http.request.method":${quoted(method === '' ? '_OTHER' : method)},"url.path":"`,
  )
  const addressOf = memo(authority => `"${addressParts(authority)},"http.response.status_code":`)
  const clientOf = memo(address => (address === '' ? '' : `,"client.address":${quoted(address)}`))
  const peerOf = memo(address => (address === '' ? '' : `,"network.peer.address":${quoted(address)}`))
  const visitorOf = memo(address => clientOf(address) + peerOf(address))
  const places = new Places()
  const generationOf = memo(generation => `,"p2pstream.generation":${generation},"p2pstream.request_id":"`)
  const protocolOf = memo(
    protocol => `","network.protocol.version":"${protocol === 'HTTP/1.1' ? '1.1' : protocol.slice(5)}"}\n`,
  )

  return (r, time) => {
    let text = `{"time":"${time}${methodOf(r.method)}${urlParts(r.requestTarget)}${addressOf(r.authority)}${r.status}`
    text += r.client === r.peer ? visitorOf(r.peer) : clientOf(r.client) + peerOf(r.peer)
    if (r.userAgent !== undefined) text += `,"user_agent.original":"${quotable(r.userAgent)}"`
    if (r.referer !== undefined) text += `,"http.request.header.referer":"${quotable(redactUrl(r.referer))}"`
    text += places.of(r)
    if (r.reason !== undefined || r.upgraded) text += rareParts(r)
    text += `,"http.server.request.duration":${seconds(r.duration)}`
    if (r.connectTime !== undefined) text += `,"p2pstream.connect_duration":${seconds(r.connectTime)}`
    if (r.headTime !== undefined) text += `,"p2pstream.response_header_duration":${seconds(r.headTime)}`
    text += `,"http.request.body.size":${r.bytesIn},"http.response.body.size":${r.bytesOut}`
    if (r.traceparent !== undefined) text += traceParts(r.traceparent)
    return `${text}${generationOf(String(r.generation))}${quotable(r.requestId)}","url.scheme":"${r.scheme}${protocolOf(r.protocol)}`
  }
}
