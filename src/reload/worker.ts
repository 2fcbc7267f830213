// Loads in a thread of their own: reading 100,000 routes takes seconds, and nothing of it is felt where requests are served.
//
// The thread lives as long as the server, and forgets what it read when a load is over. One thread per load would give the
// memory back as simply, but it aborted the process twice in some 2,500 loads on Node 24.21: V8's register of code pages belongs
// to the process ("Check failed: jit_page.has_value()"), and threads that come and go with WebAssembly inside, as Node's own
// type stripper and CommonJS lexer are, disturb it (nodejs/node#64500). A child process per load would be safe from that, but
// forking stands still for 50 to 400 ms once the server holds a gigabyte.
import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Diagnostic } from '../base/diagnostic.ts'
import type { Configured, LoadRequest, Watched } from '../config/loaded.ts'
import type { Finding } from './finding.ts'
import type { Answer, Question } from './messages.ts'
import { openAssembly, type Trunk } from './slices.ts'

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

export interface Loader {
  /** Begins when the load before has been ended. Rejects only when the thread breaks (our fault, or no memory). */
  load(request: LoadRequest): Promise<Load>
  close(): Promise<void>
}

/** MiB; the thread alone dies past it, and the next load has a new one. */
const MOST_HEAP = 4096

type Ask = (question: Question) => Promise<Answer>

/** The thread's file is of our own kind, whether we run as written or as built. */
function entryPoint(): URL {
  const extension = import.meta.filename.endsWith('.ts') ? 'ts' : 'js'
  return new URL(`./load-in-worker.${extension}`, import.meta.url)
}

interface Thread {
  readonly ask: Ask
  readonly isGone: () => boolean
  readonly end: () => Promise<void>
}

function startThread(): Thread {
  const worker = new Worker(entryPoint(), { resourceLimits: { maxOldGenerationSizeMb: MOST_HEAP } })
  const gone = new AbortController()
  worker.once('exit', code => gone.abort(new Error(`the loading thread ended with ${code}`)))
  worker.on('error', error => gone.abort(error))
  worker.unref()
  return {
    isGone: () => gone.signal.aborted,
    end: async () => void (await worker.terminate()),
    async ask(question) {
      gone.signal.throwIfAborted()
      worker.ref()
      worker.postMessage(question)
      try {
        const [answer] = (await once(worker, 'message', { signal: gone.signal })) as [Answer]
        if (answer.tell === 'broken') throw new Error(answer.stack)
        return answer
      } catch (error) {
        throw gone.signal.aborted ? gone.signal.reason : error
      } finally {
        worker.unref()
      }
    },
  }
}

async function receive(trunk: Trunk, ask: Ask): Promise<Configured> {
  const assembly = openAssembly(trunk)
  for (;;) {
    const answer = await ask({ ask: 'slice' })
    if (answer.tell !== 'slice' || answer.slice === undefined) return assembly.whole()
    assembly.add(answer.slice)
  }
}

async function loadBy({ ask }: Thread, request: LoadRequest, ended: () => void): Promise<Load> {
  const first = await ask({ ask: 'load', request })
  if (first.tell !== 'loaded') throw new Error(`the loading thread began with "${first.tell}"`)
  return {
    configured: first.trunk === undefined ? undefined : await receive(first.trunk, ask),
    findings: first.findings,
    watched: first.watched,
    async locate(diagnostics) {
      const answer = await ask({ ask: 'locate', diagnostics })
      return answer.tell === 'located' ? answer.findings : []
    },
    async end() {
      // A thread that is gone has forgotten everything.
      await ask({ ask: 'forget' }).catch(() => undefined)
      ended()
    },
  }
}

/** The thread starts with the first load. */
export function openLoader(): Loader {
  let thread: Thread | undefined
  let last = Promise.resolve()
  return {
    async load(request) {
      const before = last
      const { promise, resolve: ended } = Promise.withResolvers<void>()
      last = promise
      await before
      if (thread === undefined || thread.isGone()) thread = startThread()
      try {
        return await loadBy(thread, request, ended)
      } catch (error) {
        ended()
        throw error
      }
    },
    async close() {
      await thread?.end()
      thread = undefined
    },
  }
}
