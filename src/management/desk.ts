// Answers what is asked of the door, once it is clear who may ask for it.
import type { Clock } from '../base/clock.ts'
import type { Management } from '../snapshot/management.ts'
import { Attempts } from '../state/attempts.ts'
import { refuse } from './admit.ts'
import type { Asked, Said } from './message.ts'
import { type Page, type PageParts, pageFor, pagesOf } from './pages.ts'
import { Passwords } from './passwords.ts'

/** One function that answers everything; without rules everybody is let in, as on the control socket, whose file says who may. */
export type Desk = (asked: Asked, management: Management | undefined) => Promise<Said>

/** Opens a desk. */
export function openDesk(parts: PageParts & { readonly clock: Clock }): Desk {
  const pages = pagesOf(parts)
  const memory = { attempts: new Attempts(parts.clock), passwords: new Passwords(parts.clock) }
  return async (asked, management) => {
    const found = pageFor(pages, asked)
    const page: Page | undefined = 'answer' in found ? found : undefined
    // What isn't there is told only to those who may know what is.
    const refusal = management && (await refuse(asked, page?.needs ?? 'read', management, memory))
    if (refusal !== undefined) return refusal
    if (page === undefined) return found as Said
    if (page.needs === 'metrics' && management?.metrics === false) return pageFor([], asked) as Said
    return await page.answer(asked)
  }
}
