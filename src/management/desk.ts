// Answers what is asked of the door, once it is clear who may ask for it.
import type { Asked, Said } from './message.ts'
import { type PageParts, pageFor, pagesOf } from './pages.ts'

/** Opens a desk: one function that answers everything. */
export function openDesk(parts: PageParts): (asked: Asked) => Promise<Said> {
  const pages = pagesOf(parts)
  return async asked => {
    const page = pageFor(pages, asked)
    return 'answer' in page ? await page.answer(asked) : page
  }
}
