// The world's trouble while serving (never the user's, never ours): RFC 9209 name, whose side, whether anything was sent.
import type { ReasonCode } from './reason.ts'

export interface Failure {
  readonly code: ReasonCode
  readonly side: 'visitor' | 'origin'
  /** For the log only: the system's word for it (`ECONNREFUSED`), the grammar rule that was broken, the timeout's key. */
  readonly detail: string
  /** The origin said that it did nothing with the request (RFC 9113 8.7): it may be sent again, whatever it asks for. */
  readonly isUnprocessed?: boolean
}

/** Whether the connection ended: by itself, or with the agent through which it went. */
export function isLost({ code }: Failure): boolean {
  return code === 'connection_terminated' || code === 'agent_disconnected'
}
