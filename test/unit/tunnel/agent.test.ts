import { describe, expect, it } from 'vitest'
import { missingLabel } from '../../../src/base/labels.ts'
import { compileAgent } from '../../../src/tunnel/compile.ts'
import { configOf } from '../../support/config.ts'

function agent(words: Parameters<typeof configOf>[0]['agents'] & object) {
  const [[id = '', written] = []] = Object.entries(configOf({ agents: words }).agents)
  if (written === undefined) throw new Error('no agent')
  return compileAgent(id, written, 'h')
}

describe('an agent', () => {
  const lab = agent({ lab: { labels: { site: 'lab', note: '' } } })

  it('has its id as a label, the hash of its token, and room for 1024 streams', () => {
    expect(lab.labels.get('p2pstream.io/agent-id')).toBe('lab')
    expect(lab.tokenHash).toBe(`sha256:${'0'.repeat(64)}`)
    expect(lab.maxStreams).toBe(1024)
    expect(agent({ b: { max_streams: 3 } }).maxStreams).toBe(3)
  })

  it.each([
    [{ site: 'lab' }, undefined],
    [{ site: 'lab', 'p2pstream.io/agent-id': 'lab' }, undefined],
    [{ note: '' }, undefined],
    [{ site: 'Lab' }, { key: 'site', has: 'lab' }],
    [
      { site: 'lab', rack: '' },
      { key: 'rack', has: undefined },
    ],
    [{ note: 'x' }, { key: 'note', has: '' }],
  ] as const)('is selected by %j: missing %j', (selector, missing) => {
    expect(missingLabel(new Map(Object.entries(selector)), lab.labels)).toEqual(missing)
  })
})
