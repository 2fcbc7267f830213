// What the engine asks of agents: whether one can be gone through, and a stream through it.
import type { Failure } from '../base/failure.ts'
import type { Tunnels } from '../net/tunnels.ts'
import type { Agent } from './agent.ts'

export interface Agents extends Tunnels {
  /** The agents as the running file has them, from now on. */
  follow(agents: ReadonlyMap<string, Agent>): void
  /** Why an agent can't be gone through right now, in words for people; undefined when it can. */
  objection(id: string): string | undefined
  /** Calls with the id of an agent whose objection has come, gone or changed. One caller: the engine. */
  watch(changed: (id: string) => void): void
}

/** Where nobody can connect as an agent. */
export function noAgents(): Agents {
  return {
    follow() {},
    watch() {},
    objection: () => 'there is no door for agents',
    open(agent, _host, _port, { failed }) {
      const failure: Failure = { code: 'agent_disconnected', side: 'origin', detail: agent }
      let isOver = false
      queueMicrotask(() => {
        if (!isOver) failed(failure)
      })
      return {
        cancel() {
          isOver = true
        },
      }
    },
  }
}
