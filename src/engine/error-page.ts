// Dresses an answer of our own in the page that the route, else the listener, has for its status.
import type { Answer } from '../http/answer.ts'
import { reasonPhrase } from '../http/status.ts'
import type { ErrorPages } from '../http/template.ts'

/** Static targets' and redirects' answers are what the file says already; only refusals and failures are dressed. */
export function dressed(
  answer: Answer,
  pages: readonly (ErrorPages | undefined)[],
  requestId: string,
): Answer {
  if (answer.status < 400 || answer.reason.code === 'static') return answer
  for (const candidates of pages) {
    const page = candidates?.find(answer.status)
    if (page === undefined) continue
    const fields = answer.fields.filter(([name]) => name.toLowerCase() !== 'content-type')
    return {
      ...answer,
      fields: [['Content-Type', page.contentType], ...fields],
      body: page.render({ status: answer.status, reason: reasonPhrase(answer.status), requestId }),
    }
  }
  return answer
}
