// Many agents in one process of their own, so that what they cost isn't taken for the server's, nor slows those who measure.
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

/** What the process is told at its beginning. */
export interface CrowdOrder {
  /** The management address of their server. */
  readonly url: string
  /** The authority (PEM) that they believe. */
  readonly ca: string
  readonly ids: readonly string[]
  readonly token: string
  /** `stay`: each comes back as agents do. `flap`: each is cut without a word after 0.2 to 2 s, and comes back at once. */
  readonly manner: 'stay' | 'flap'
}

/** What it says soon after anything has changed. */
export interface CrowdNews {
  readonly connected: number
  /** Tunnels that have begun, by agent. */
  readonly connects: Readonly<Record<string, number>>
  /** Attempts that came to nothing, by what the agent was told. */
  readonly failures: Readonly<Record<string, number>>
}

export interface Crowd extends AsyncDisposable {
  readonly news: CrowdNews
  /** A flapping crowd: whoever is connecting gets to the end of it, all are cut, and nobody comes back. The last news. */
  stop(): Promise<CrowdNews>
}

const CHILD = fileURLToPath(new URL('crowd-child.ts', import.meta.url))

/** They begin at once; disposing it ends their process. */
export function startCrowd(order: CrowdOrder): Crowd {
  const child = fork(CHILD, [], { execArgv: [] })
  const ended = once(child, 'close')
  let news: CrowdNews = { connected: 0, connects: {}, failures: {} }
  child.on('message', message => {
    news = message as CrowdNews
  })
  child.send(order)
  return {
    get news() {
      return news
    },
    async stop() {
      child.send('stop')
      await ended
      return news
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL')
      await ended
    },
  }
}
