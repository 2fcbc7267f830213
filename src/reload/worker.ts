// A load in a thread of its own: reading 100,000 routes takes seconds and a lot of memory, and neither is felt where requests
// are served. The thread ends with the load, and its memory with it.
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Diagnostic } from '../base/diagnostic.ts'
import type { Configured, LoadRequest, Watched } from '../config/loaded.ts'
import type { Finding } from './finding.ts'
import type { Answer, Question } from './messages.ts'
import { openAssembly } from './slices.ts'

export interface Load {
  /** undefined when the findings hold an error. */
  readonly configured: Configured | undefined
  /** Of everything before the compilation. */
  readonly findings: readonly Finding[]
  readonly watched: Watched
  /** Gives places to what was found later (overlapping routes, a port that is taken), in the order of the places. */
  locate(diagnostics: readonly Diagnostic[]): Promise<readonly Finding[]>
  /** Gives the memory back; nothing can be located afterwards. */
  end(): Promise<void>
}

const MOST_HEAP = 4096

/** Node refuses to strip types in a worker that is named `.js` and the other way round: the thread's file is of our own kind. */
function entryPoint(): URL {
  const extension = import.meta.filename.endsWith('.ts') ? 'ts' : 'js'
  return new URL(`./load-in-worker.${extension}`, import.meta.url)
}

/** Loads in a thread; rejects only when that thread breaks (our fault, or no memory). */
export async function loadInWorker(request: LoadRequest): Promise<Load> {
  const worker = new Worker(entryPoint(), {
    workerData: request,
    resourceLimits: { maxOldGenerationSizeMb: MOST_HEAP },
  })
  const gone = new AbortController()
  worker.once('exit', code => gone.abort(new Error(`the loading thread ended with ${code}`)))
  worker.on('error', error => gone.abort(error))
  const answer = async (): Promise<Answer> => {
    try {
      const [told] = (await once(worker, 'message', { signal: gone.signal })) as [Answer]
      return told
    } catch (error) {
      throw gone.signal.aborted ? gone.signal.reason : error
    }
  }
  const ask = (question: Question): Promise<Answer> => {
    worker.postMessage(question)
    return answer()
  }
  const end = async (): Promise<void> => void (await worker.terminate())
  try {
    const first = await answer()
    if (first.tell !== 'loaded') throw new Error(`the loading thread began with "${first.tell}"`)
    let configured: Configured | undefined
    if (first.trunk !== undefined) {
      const assembly = openAssembly(first.trunk)
      for (;;) {
        const told = await ask({ ask: 'slice' })
        if (told.tell !== 'slice' || told.slice === undefined) break
        assembly.add(told.slice)
      }
      configured = assembly.whole()
    }
    return {
      configured,
      findings: first.findings,
      watched: first.watched,
      async locate(diagnostics) {
        const told = await ask({ ask: 'locate', diagnostics })
        return told.tell === 'located' ? told.findings : []
      },
      end,
    }
  } catch (error) {
    await end()
    throw error
  }
}
