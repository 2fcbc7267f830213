// POST /-/reload: asks for a load, and waits for it unless told not to.
import type { Reloader } from '../reload/reload.ts'
import type { LoadResult } from '../reload/status.ts'
import { tellLoad } from './findings.ts'
import { type Asked, type Said, sayJson, sayTrouble } from './message.ts'

const STATUS: Readonly<Record<LoadResult['kind'], number>> = {
  applied: 200,
  unchanged: 200,
  rejected: 422,
  failed: 500,
}

/**
 * 200 when what the file says runs, 422 with the findings when it can't, 409 while another such request waits for its load or the
 * server starts or stops; with `?wait=false` 202 at once.
 */
export function openReloadRequests(
  reloader: Reloader,
  isReady: () => boolean,
): (asked: Asked) => Promise<Said> {
  let isUnderWay = false

  async function load(): Promise<LoadResult> {
    isUnderWay = true
    try {
      return await reloader.load('request')
    } finally {
      isUnderWay = false
    }
  }

  return async ({ query }) => {
    if (!isReady())
      return sayTrouble(409, { code: 'not_ready', message: 'the server is starting or stopping' })
    if (isUnderWay)
      return sayTrouble(409, { code: 'under_way', message: 'a reload that was asked for is under way' })
    const loading = load()
    if (query.get('wait') === 'false') return sayJson(202, { result: 'accepted' })
    const result = await loading
    return sayJson(STATUS[result.kind], { ...tellLoad(result), generation: reloader.status.generation })
  }
}
