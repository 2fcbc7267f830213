import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { tokenHash } from '../../../src/base/token.ts'
import {
  agentCommand,
  agentCompose,
  agentEntry,
  agentNotes,
  agentUnit,
  type NewAgent,
} from '../../../src/cli/agent-notes.ts'

const made = (more: Partial<NewAgent> = {}): NewAgent => ({
  id: 'lab-a',
  tokenHash: tokenHash('x'),
  labels: new Map(),
  server: new URL('https://door.test:8081'),
  isOwnAuthority: true,
  ...more,
})

describe('the entry of a new agent', () => {
  it('reads back as what was asked for, whatever the words look like', () => {
    const labels = { site: 'lab', on: 'true', 'a: b': 'null', empty: '', quoted: 'say "x" # y', n: '1' }
    for (const id of ['lab-a', '1', '0x10', 'true', '1.5'])
      expect(parse(agentEntry(made({ id, labels: new Map(Object.entries(labels)) })))).toEqual({
        agents: { [id]: { token_hash: tokenHash('x'), labels } },
      })
  })

  it('has no labels when there are none', () => {
    expect(parse(agentEntry(made()))).toEqual({ agents: { 'lab-a': { token_hash: tokenHash('x') } } })
  })
})

describe('the ways to run a new agent', () => {
  const ways = [agentCommand, agentUnit, agentCompose]

  it('name the authority where the server has its own, and only there', () => {
    for (const way of ways) {
      expect(way(made()), way.name).toMatch(/management-ca/)
      expect(way(made({ isOwnAuthority: false })), way.name).not.toMatch(/management-ca|MANAGEMENT_CA/)
    }
  })

  it('allow plain text where the server speaks it, and only there', () => {
    const allows = /allow-insecure-management|AGENT_ALLOW_INSECURE_MANAGEMENT/
    for (const way of ways) {
      expect(way(made({ server: new URL('http://door.test') })), way.name).toMatch(allows)
      expect(way(made()), way.name).not.toMatch(allows)
    }
  })

  it('are a compose file that names each secret it uses', () => {
    const { services, secrets } = parse(agentCompose(made()))
    expect(services.agent.environment).toEqual({
      MANAGEMENT_URL: 'https://door.test:8081',
      AGENT_ID: 'lab-a',
      AGENT_TOKEN_FILE: '/run/secrets/token',
      MANAGEMENT_CA_FILE: '/run/secrets/ca',
    })
    expect(services.agent.secrets).toEqual(Object.keys(secrets))
  })

  it('keep percent signs from systemd, which would expand them', () => {
    expect(agentUnit(made({ server: new URL('https://door.test/a%20b') }))).toContain('/a%%20b')
  })

  it('are all in the notes', () => {
    for (const part of [agentEntry, ...ways]) expect(agentNotes(made())).toContain(part(made()))
  })
})
