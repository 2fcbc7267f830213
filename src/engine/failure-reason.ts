// From a failure of an origin to the reason in the record: with the key of the file that set the limit it ran into.
import type { Failure } from '../base/failure.ts'
import type { Pointer } from '../base/pointer.ts'
import type { Reason } from '../base/reason.ts'
import type { Leg } from '../upstream/target.ts'

/** For a limit, the place of the key that set it, or the word that it is the default; for everything else the target's place. */
export function failureReason({ code, detail }: Failure, leg: Leg, routeAt: Pointer | undefined): Reason {
  const limit = limitOf(detail, leg)
  if (limit === undefined) return { code, detail, at: leg.target.at }
  const place = limit.at ?? routeAt
  return {
    code,
    detail: limit.at === undefined ? `${detail} (default)` : detail,
    ...(place === undefined ? {} : { at: place }),
  }
}

function limitOf(key: string, leg: Leg): { readonly at: Pointer | undefined } | undefined {
  const { setBy } = leg.profile
  switch (key) {
    case 'response_header_timeout':
      return { at: leg.responseHeaderTimeoutAt }
    case 'connection_timeout':
      return { at: setBy.connectionTimeout }
    case 'total_connection_timeout':
      return { at: setBy.totalConnectionTimeout }
    case 'max_connections':
      return { at: setBy.maxConnections }
    case 'read_timeout':
      return { at: setBy.readTimeout }
    case 'write_timeout':
      return { at: setBy.writeTimeout }
    default:
      return undefined
  }
}
