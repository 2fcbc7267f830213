// Which route takes a request: first match by (priority, id), indexed so that the cost doesn't grow with the table.
import type { Facts } from '../http/facts.ts'
import type { Route } from './snapshot.ts'

export interface Router {
  /** In order of evaluation, disabled ones and the default route too; for explain. */
  readonly routes: readonly Route[]
  /** The enabled default route, if any. */
  readonly fallback: Route | undefined
  /** The first enabled match; the default route isn't considered. */
  find(facts: Pick<Facts, 'host' | 'decodedPath' | 'method'>): Route | undefined
}
