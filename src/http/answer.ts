// A response we make ourselves: refusals, redirects, static targets.
import type { Reason } from '../base/reason.ts'
import type { Field } from './edits.ts'

export interface Answer {
  /** 200 to 599. */
  readonly status: number
  /** Framing (Content-Length), Date and Connection are the writer's and never stand here. */
  readonly fields: readonly Field[]
  /** Left out by the writer for HEAD, 204 and 304. */
  readonly body: Uint8Array
  readonly reason: Reason
}
