// The record of a finished exchange.
import type { ExchangeRecord } from '../observe/record.ts'
import { FIELD } from '../wire/h1/names.ts'
import type { Exchange } from './exchange.ts'
import { schemeOf } from './visitor-memo.ts'

/** Times are rounded to microseconds, which is more than they are worth. */
function rounded(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.round(ms * 1000) / 1000
}

export function recordOf(exchange: Exchange): ExchangeRecord {
  const { side, reason, route } = exchange
  const { head, line, authority } = side.request
  const now = exchange.owner.clock.now()
  return {
    requestId: exchange.requestId,
    generation: exchange.generation,
    listener: exchange.listener.id,
    route: route?.id,
    pool: route?.action.kind === 'forward' ? route.action.pool.id : undefined,
    target: exchange.target?.name,
    agent: exchange.leg?.profile.via,
    attempts: exchange.attempts,
    reused: exchange.isReused,
    method: line.method,
    scheme: schemeOf(side),
    authority,
    requestTarget: line.target,
    protocol: side.protocol,
    status: exchange.status,
    reason: reason?.code,
    at: reason?.at,
    detail: reason?.detail,
    client: exchange.facts?.client ?? side.peer,
    peer: side.peer,
    userAgent: head.known(FIELD.userAgent),
    referer: head.known(FIELD.referer),
    traceparent: head.known(FIELD.traceparent),
    startedAt: exchange.startedAt,
    duration: rounded(now - exchange.start) ?? 0,
    connectTime: rounded(exchange.connectTime),
    headTime: rounded(exchange.headTime),
    bytesIn: exchange.bytesIn,
    bytesOut: exchange.bytesOut,
    upgraded: exchange.isUpgraded,
  }
}
