// What can be asked of the door: method and path, who may, and the answer.
import type { Engine } from '../engine/engine.ts'
import type { Live } from '../engine/live.ts'
import type { Meters } from '../observe/meters.ts'
import type { Reloader } from '../reload/reload.ts'
import type { Chance } from '../upstream/wish.ts'
import { type Reports, sayAgents } from './agents.ts'
import { type Examiner, openDoctor } from './doctor.ts'
import { sayExplanation } from './explain.ts'
import { tellConfig } from './findings.ts'
import { type Asked, type Said, sayJson, sayTrouble } from './message.ts'
import { sayMetrics } from './metrics.ts'
import { sayTargets, sayUpstreams } from './pools.ts'
import { openReloadRequests } from './reload-request.ts'
import { sayRoutes } from './routes.ts'
import { type Facts, tellStatus } from './status.ts'

/** `nothing`: everybody who reaches the door. */
export type Need = 'nothing' | 'read' | 'write' | 'metrics'

export interface Page {
  readonly method: 'GET' | 'POST'
  readonly path: string
  readonly needs: Need
  answer(asked: Asked): Said | Promise<Said>
}

export interface PageParts {
  readonly engine: Engine
  readonly reloader: Reloader
  readonly meters: Meters
  readonly facts: Facts
  readonly agents: Reports & Examiner
  /** What a policy may throw dice with. */
  readonly chance: Chance
  /** Whether visitors should be sent here: started, and not stopping. */
  readonly isReady: () => boolean
}

function readiness(isReady: boolean): Said {
  return isReady
    ? sayJson(200, { ready: true })
    : sayTrouble(503, { code: 'not_ready', message: 'starting or draining' }, { 'Retry-After': '1' })
}

const STARTING = sayTrouble(503, { code: 'not_ready', message: 'the first configuration is not live yet' })

/** Every page. */
export function pagesOf({
  engine,
  reloader,
  meters,
  facts,
  agents,
  chance,
  isReady,
}: PageParts): readonly Page[] {
  const ofLive =
    (say: (asked: Asked, live: Live) => ReturnType<Page['answer']>): Page['answer'] =>
    asked =>
      engine.live === undefined ? STARTING : say(asked, engine.live)
  return [
    { method: 'GET', path: '/-/healthy', needs: 'nothing', answer: () => sayJson(200, { healthy: true }) },
    { method: 'GET', path: '/-/ready', needs: 'nothing', answer: () => readiness(isReady()) },
    {
      method: 'GET',
      path: '/-/config',
      needs: 'read',
      answer: () => sayJson(200, tellConfig(reloader.status)),
    },
    { method: 'POST', path: '/-/reload', needs: 'write', answer: openReloadRequests(reloader, isReady) },
    {
      method: 'GET',
      path: '/api/status',
      needs: 'read',
      answer: () => sayJson(200, tellStatus(engine, reloader.status, facts, isReady())),
    },
    {
      method: 'GET',
      path: '/metrics',
      needs: 'metrics',
      answer: () => sayMetrics({ engine, meters, facts, agents }, reloader.status),
    },
    { method: 'GET', path: '/api/routes', needs: 'read', answer: ofLive(sayRoutes) },
    { method: 'GET', path: '/api/upstreams', needs: 'read', answer: ofLive(sayUpstreams) },
    { method: 'GET', path: '/api/targets', needs: 'read', answer: ofLive(sayTargets) },
    {
      method: 'GET',
      path: '/api/agents',
      needs: 'read',
      answer: ofLive((asked, live) => sayAgents(asked, live, agents)),
    },
    // It costs the agent's line something, and may connect to what is behind it.
    { method: 'POST', path: '/api/agents/doctor', needs: 'write', answer: ofLive(openDoctor(agents)) },
    {
      method: 'POST',
      path: '/api/explain',
      needs: 'read',
      answer: ofLive((asked, live) => sayExplanation(asked, live, chance)),
    },
  ]
}

/** The page that is asked for, or why there is none. HEAD is answered as GET. */
export function pageFor(pages: readonly Page[], { method, path }: Asked): Page | Said {
  const there = pages.filter(page => page.path === path)
  const wanted = method === 'HEAD' ? 'GET' : method
  const found = there.find(page => page.method === wanted)
  if (found !== undefined) return found
  if (there.length === 0) return sayTrouble(404, { code: 'not_found', message: 'there is nothing here' })
  const allowed = there.flatMap(page => (page.method === 'GET' ? ['GET', 'HEAD'] : [page.method])).join(', ')
  return sayTrouble(405, { code: 'method', message: `only ${allowed}` }, { Allow: allowed })
}
