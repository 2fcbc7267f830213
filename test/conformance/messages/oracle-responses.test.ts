// Our response reader against Node's own parser, over generated and damaged responses.
import { describe, expect, it } from 'vitest'
import { campaign, Tally } from './campaign.ts'
import type { Comparison } from './compare-requests.ts'
import { compareResponses } from './compare-responses.ts'
import { RESPONSE_DIFFERENCES } from './differences.ts'
import { type GeneratedResponse, generateResponse } from './generate.ts'
import { NodeExchange, openExchanges } from './node-client.ts'
import { literal, shrink } from './shrink.ts'

async function compareAlone(generated: GeneratedResponse): Promise<Comparison> {
  const [exchange = new NodeExchange(generated.method)] = await openExchanges([generated.method])
  return compareResponses(exchange, generated)
}

describe('responses, against Node', () => {
  it('refuses what Node refuses, and ends bodies at the same byte', async () => {
    const plan = campaign()
    const tally = new Tally()
    for await (const seeds of plan.rounds()) {
      const cases = seeds.map(seed => generateResponse(seed))
      const exchanges = await openExchanges(cases.map(generated => generated.method))
      for (const [index, exchange] of exchanges.entries()) {
        const generated = cases[index]
        if (generated === undefined) throw new Error('a case is missing')
        const result = compareResponses(exchange, generated)
        tally.add(result)
        const { disagreement } = result
        if (disagreement === undefined) continue
        const shortest = await shrink(generated.text, async text => {
          return (await compareAlone({ ...generated, text })).disagreement === disagreement
        })
        const { method, closes, text } = generated
        const how = `answering ${method}${closes ? ', then closing' : ''}`
        expect.fail(`${disagreement}, ${how}: ${literal(shortest)}\nseed ${seeds[index]}: ${literal(text)}`)
      }
    }
    tally.expectWorth(plan.cases)
    expect([...tally.differences].sort()).toEqual(RESPONSE_DIFFERENCES.map(row => row.code).sort())
  })
})
