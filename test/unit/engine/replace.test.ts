import { describe, expect, it } from 'vitest'
import type { ReasonCode } from '../../../src/base/reason.ts'
import { isReplaced } from '../../../src/engine/replace.ts'
import type { OriginSide } from '../../../src/wire/origin-side.ts'

const kept = { isReused: true, isUntouched: true, isShared: false } as unknown as OriginSide

describe('a kept connection on which a request failed', () => {
  it.each<[ReasonCode, boolean]>([
    ['connection_terminated', true],
    ['agent_disconnected', true],
    ['http_response_timeout', false],
    ['http_protocol_error', false],
  ])('with %s is replaced: %s', (code, isSo) => {
    expect(isReplaced(kept, { code, side: 'origin', detail: '' }, true, 1)).toBe(isSo)
  })
})
