// Agents and the targets behind them: who is selected exists, and nothing is asked of a tunnel that it can't do.
import { AGENT_ID, labelsOf, missingLabel, OUR_LABELS } from '../../base/labels.ts'
import { type Pointer, pointer, step } from '../../base/pointer.ts'
import { nearest } from '../../base/suggest.ts'
import type { Findings } from '../findings.ts'
import type { Config, Target } from '../shape.gen.ts'
import { has } from '../values.ts'
import type { PlacedTarget, Rule } from './draft.ts'
import { holding, type PeerLayer, targetLayers } from './peer-layers.ts'

const AGENT_KEYS = ['agent_selector', 'agent_load_balancing'] as const

type Agents = Config['agents']
/** Whether the file has an agent, if only one that is left out for its flaws. */
type IsWritten = (id: string) => boolean

function checkLabels(agents: Agents, findings: Findings): void {
  for (const [id, { labels }] of Object.entries(agents))
    for (const key of Object.keys(labels))
      if (key.startsWith(OUR_LABELS))
        findings.key(
          'agent/label',
          pointer('agents', id, 'labels', key),
          `labels under ${OUR_LABELS} are ours; every agent has ${AGENT_ID} by itself`,
        )
}

function isSelected(id: string, agents: Agents, selector: Target['agent_selector']): boolean {
  const agent = agents[id]
  if (agent?.enabled !== true) return false
  return missingLabel(new Map(Object.entries(selector)), labelsOf(id, agent.labels)) === undefined
}

/** Whether the labels under our own prefix leave agents to choose from; tells those that mean nothing. */
function checkOurLabels(
  selector: Target['agent_selector'],
  at: Pointer,
  agents: Agents,
  isWritten: IsWritten,
  findings: Findings,
): boolean {
  const ours = Object.entries(selector).filter(([key]) => key.startsWith(OUR_LABELS))
  for (const [key, value] of ours) {
    if (key !== AGENT_ID) {
      findings.key(
        'agent/label',
        step(at, key),
        `of the labels under ${OUR_LABELS} there is only ${AGENT_ID}`,
      )
    } else if (!isWritten(value)) {
      const near = nearest(value, Object.keys(agents))
      const hint = near === undefined ? '' : `; did you mean "${near}"?`
      findings.value('name/unknown-agent', step(at, key), `no agent "${value}"${hint}`)
    }
  }
  return ours.every(([key, value]) => key === AGENT_ID && Object.hasOwn(agents, value))
}

function checkDirect({ written, at }: PlacedTarget, findings: Findings): void {
  for (const key of AGENT_KEYS)
    if (has(written, key))
      findings.key('shape/useless-key', step(at, key), `"${key}" does nothing without transport: agent`, {
        help: 'write transport: agent, or remove the key',
      })
}

/** The selected agents' ids, for who wants to know whom nobody selects. */
function checkBehind(
  { target, written, at }: PlacedTarget,
  agents: Agents,
  isWritten: IsWritten,
  findings: Findings,
): readonly string[] {
  const { agent_selector: selector, url } = target
  if (/^unix:/i.test(url ?? ''))
    findings.value('target/agent', step(at, 'url'), 'an agent connects over TCP, not to a unix socket')
  const where = has(written, 'agent_selector') ? step(at, 'agent_selector') : at
  if (Object.keys(selector).length === 0) {
    findings.key('target/agent', where, 'transport: agent needs an agent_selector with a label', {
      help: 'agent_selector: { site: home-lab }',
    })
    return []
  }
  if (!checkOurLabels(selector, where, agents, isWritten, findings)) return []
  const selected = Object.keys(agents).filter(id => isSelected(id, agents, selector))
  if (selected.length === 0) {
    const message = 'no enabled agent of this file has all of these labels'
    findings.add({ code: 'target/no-agent', severity: 'warning', message, at: where, on: 'key' })
  }
  return selected
}

/** A tunnel has no socket of ours, and an agent connects by itself. */
function checkWay({ at }: PlacedTarget, layers: readonly PeerLayer[], findings: Findings): void {
  for (const key of ['proxy', 'bind_to'] as const) {
    const held = holding(layers, key)
    if (held === undefined) continue
    const message = `"${key}" is about connections of our own, and an agent makes these`
    if (held.layer === layers[0]) findings.key('target/agent', held.at, message)
    else
      findings.value('target/agent', step(at, 'transport'), message, {
        related: [{ at: held.at, on: 'key', message: `${key} is here` }],
      })
  }
}

/** Agents come to the management address. */
function checkDoor({ agents, management }: Config, findings: Findings): void {
  if (management !== undefined || Object.keys(agents).length === 0) return
  const message = 'no agent can connect: there is no management address'
  const help = 'write management: { port: 8081 }, with a bind that agents can reach'
  findings.add({ code: 'agent/no-door', severity: 'warning', message, at: '/agents', on: 'key', help })
}

/** Labels, selectors, and agents that are selected by nobody. */
export const agentRule: Rule = ({ config, written, targets }, findings) => {
  const { agents } = config
  const isWritten: IsWritten = id => Object.keys(written('agents', id)).length > 0
  checkLabels(agents, findings)
  const used = new Set<string>()
  for (const placed of targets) {
    if (placed.target.static !== undefined) continue
    if (placed.target.transport === 'direct') checkDirect(placed, findings)
    else {
      checkWay(placed, targetLayers(placed, config), findings)
      for (const id of checkBehind(placed, agents, isWritten, findings)) used.add(id)
    }
  }
  checkDoor(config, findings)
  for (const [id, { enabled }] of Object.entries(agents)) {
    if (!enabled || used.has(id)) continue
    const message = `no target selects the agent "${id}"`
    findings.add({ code: 'agent/unused', severity: 'warning', message, at: pointer('agents', id), on: 'key' })
  }
}
