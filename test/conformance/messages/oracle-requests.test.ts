// Our request reader against Node's own parser, over generated, damaged and pipelined requests.
import { describe, expect, it } from 'vitest'
import { campaign, Tally } from './campaign.ts'
import { compareRequests } from './compare-requests.ts'
import { REQUEST_DIFFERENCES } from './differences.ts'
import { generateRequests } from './generate.ts'
import { NodeServer } from './node-server.ts'
import { literal, shrink } from './shrink.ts'

describe('requests, against Node', () => {
  it('refuses what Node refuses, and ends bodies at the same byte', async () => {
    const server = new NodeServer()
    const plan = campaign()
    const tally = new Tally()
    for await (const seed of plan.seeds()) {
      const { text, cuts } = generateRequests(seed)
      const result = compareRequests(server, text, cuts)
      tally.add(result)
      const { disagreement } = result
      if (disagreement === undefined) continue
      const fails = (shorter: string): boolean =>
        compareRequests(server, shorter, cuts).disagreement === disagreement
      expect.fail(`${disagreement}: ${literal(await shrink(text, fails))}\nseed ${seed}: ${literal(text)}`)
    }
    tally.expectWorth(plan.cases)
    expect([...tally.differences].sort()).toEqual(REQUEST_DIFFERENCES.map(row => row.code).sort())
  })
})
