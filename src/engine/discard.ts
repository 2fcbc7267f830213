// What becomes of a response that nobody wants, because its request goes on to another target.
import type { Clock, Timer } from '../base/clock.ts'
import type { OriginSide } from '../wire/origin-side.ts'

/** It is read to its end, for its connection's sake, when so many bytes of body are announced at the most... */
const MAX_BODY = 64 * 1024
/** ...and when it comes within this. */
const WITHIN = 1_000

/** The head has come. What is returned has to be cancelled when the rest is here, for the connection is somebody else's then. */
export function discard(origin: OriginSide, isRequestEnded: boolean, clock: Clock): Timer | undefined {
  const { framing, isBodiless } = origin.response
  const isShort = isBodiless || (framing >= 0 && framing <= MAX_BODY)
  if (isShort && isRequestEnded) return clock.after(WITHIN, () => origin.abort())
  origin.abort()
  return undefined
}
