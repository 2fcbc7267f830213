// From an exchange to a relay: visitor and origin have agreed on another protocol, and bytes go both ways.
import type { OriginSide } from '../wire/origin-side.ts'
import { type Relay, type Relayed, startRelay } from '../wire/relay.ts'
import type { Exchange } from './exchange.ts'

/** Takes both connections over; `ended` is called before the exchange is. */
export function changeOver(exchange: Exchange, origin: OriginSide, ended: () => void): Relay {
  exchange.status = 101
  exchange.isUpgraded = true
  exchange.headCame()
  const visitor = exchange.side.takeSocket(origin.response, origin.connection, exchange.newCookie)
  return startRelay(
    visitor,
    read => origin.takeSocket(read),
    relayed => {
      ended()
      countRelayed(exchange, relayed)
      exchange.finish()
    },
  )
}

/** What has passed stands in the record as the two bodies. */
export function countRelayed(exchange: Exchange, { fromVisitor, fromOrigin }: Relayed): void {
  exchange.bytesIn = fromVisitor
  exchange.bytesOut = fromOrigin
}
