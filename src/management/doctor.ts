// POST /api/agents/doctor: a look at one agent through its tunnel, and at an origin behind it: `{ agent, dial: "host:port" }`, or
// `{ agent, route, target }` for the origin of one of a route's targets.
import { isAbout } from '../base/dial-target.ts'
import { type HostPort, hostPort, parseHostPort } from '../base/host-port.ts'
import { jsonMembers } from '../base/json.ts'
import type { Live } from '../engine/live.ts'
import type { Agent } from '../tunnel/agent.ts'
import type { Dial, Examination, Throughput } from '../tunnel/examine.ts'
import type { Hindrance } from '../tunnel/report.ts'
import { type Asked, type Said, sayJson, sayTrouble } from './message.ts'

/** Who can look at agents; a hindrance when no stream can be opened to one. `address`: `host:port`. */
export interface Examiner {
  examine(id: string, address: string | undefined): Promise<Examination | Hindrance>
}

interface Order {
  readonly agent: Agent
  readonly where: HostPort | undefined
}

/** An address with a zone means something else on every machine. */
const ZONED = /^\[.*%/

/** The origin of a route's target, when that agent may reach it. */
function originOf(live: Live, agent: Agent, routeId: string, targetId: string): HostPort | string {
  const route = live.snapshot.routes.get(routeId)
  if (route?.action.kind !== 'forward') return `there is no route "${routeId}" that forwards`
  const target = route.action.pool.targets.find(({ key, name }) => key === targetId || name === targetId)
  if (target === undefined) return `route "${routeId}" has no target "${targetId}"`
  const paths = target.kind === 'proxy' ? target.paths : undefined
  if (paths?.targets.some(({ key }) => key === agent.id) !== true)
    return `target "${targetId}" is not reached through agent "${agent.id}"`
  return paths.origin
}

/** What is asked for, or what is wrong with it. */
export function readOrder(body: Buffer, live: Live): Order | string {
  const { agent: id, dial, route, target } = jsonMembers(body.toString('utf8')) ?? {}
  if (typeof id !== 'string') return '"agent" is needed: the id of an agent'
  const agent =
    live.snapshot.agents.get(id) ?? [...live.snapshot.agents.values()].find(one => one.name === id)
  if (agent === undefined) return `the file that runs has no agent "${id}"`
  if (dial === undefined && route === undefined && target === undefined) return { agent, where: undefined }
  if (dial !== undefined && (route !== undefined || target !== undefined))
    return '"dial" stands alone, "route" and "target" together'
  const where =
    dial === undefined
      ? originOf(live, agent, String(route), String(target))
      : ((ZONED.test(String(dial)) ? undefined : parseHostPort(String(dial))) ?? '"dial" is host:port')
  if (typeof where === 'string') return where
  const { allowTargets } = agent
  return allowTargets.length === 0 || allowTargets.some(entry => isAbout(entry, where.host, where.port))
    ? { agent, where }
    : `allow_targets of agent "${agent.id}" has no entry for ${hostPort(where.host, where.port)}`
}

const tellThroughput = (one: Throughput): unknown =>
  one.ok
    ? {
        bytes: one.bytes,
        seconds: one.took / 1000,
        bytes_per_second: Math.round(one.bytes / (one.took / 1000)),
      }
    : { error: one.why }

const tellDial = ({ address, took, failure }: Dial): unknown => ({
  address,
  seconds: took / 1000,
  connected: failure === undefined,
  reason: failure?.code,
  detail: failure?.detail,
})

/** 409 while no stream can be opened to the agent, or while it is looked at already. */
export function openDoctor(agents: Examiner): (asked: Asked, live: Live) => Promise<Said> {
  const underWay = new Set<string>()
  return async ({ body }, live) => {
    const order = readOrder(body, live)
    if (typeof order === 'string') return sayTrouble(400, { code: 'body', message: order })
    const { agent, where } = order
    if (underWay.has(agent.id))
      return sayTrouble(409, { code: 'under_way', message: `agent "${agent.id}" is looked at already` })
    underWay.add(agent.id)
    try {
      const address = where && hostPort(where.host, where.port)
      const found = await agents.examine(agent.id, address)
      if (typeof found === 'string')
        return sayTrouble(409, { code: 'agent', message: `agent "${agent.id}" takes no stream: ${found}` })
      return sayJson(200, {
        agent: agent.id,
        round_trips_ms: found.roundTrips,
        to_agent: tellThroughput(found.toAgent),
        from_agent: tellThroughput(found.fromAgent),
        dial: found.dial && tellDial(found.dial),
      })
    } finally {
      underWay.delete(agent.id)
    }
  }
}
