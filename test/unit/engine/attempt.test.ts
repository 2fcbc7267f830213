import { describe, expect, it } from 'vitest'
import { Attempt } from '../../../src/engine/attempt.ts'
import type { Exchange } from '../../../src/engine/exchange.ts'
import type { Leg } from '../../../src/upstream/target.ts'
import type { RequestPlan } from '../../../src/wire/h1/write-request.ts'
import { handClock } from '../../support/clock.ts'

describe('an attempt whose response has ended', () => {
  it.each([true, false])('says whether the visitor holds none of its bytes: %s', isClear => {
    const exchange = {
      side: { request: { line: { method: 'GET' } }, isClear, flush() {} },
      complete() {},
    } as unknown as Exchange
    const nobody = { take: () => undefined, dial: () => ({ abort() {} }) }
    const attempt = new Attempt(
      exchange,
      {} as Leg,
      { connections: nobody, health: undefined },
      {} as RequestPlan,
      handClock(),
    )
    attempt.end(undefined)
    // Buffers that the visitor still waits for are filled again by nobody.
    expect(attempt.flush()).toBe(isClear)
  })
})
