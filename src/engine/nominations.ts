// The answer to a request whose Connection field asks for more than the policy of its target lets go (http/request-policy.ts).
import type { Pointer } from '../base/pointer.ts'
import type { Answer } from '../http/answer.ts'
import type { Facts } from '../http/facts.ts'
import { nominationFlaw } from '../http/request-policy.ts'
import type { Leg } from '../upstream/target.ts'
import { rescue } from './rescue.ts'

/** Undefined when it may go on to that target. */
export function nominationRefusal(
  { connection }: Facts,
  { policy }: Leg,
  routeAt: Pointer,
): Answer | undefined {
  const detail = nominationFlaw(connection, policy)
  return detail === undefined ? undefined : rescue({ code: 'bad_request', at: policy.at ?? routeAt, detail })
}
