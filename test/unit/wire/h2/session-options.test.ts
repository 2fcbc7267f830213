import { describe, expect, it } from 'vitest'
import { visitorOptions } from '../../../../src/wire/h2/session-options.ts'
import { DEFAULT_LIMITS } from '../../../support/wire-log.ts'

describe('what a visitor is offered', () => {
  it('takes WebSockets, and as many streams as browsers open', () => {
    const { settings } = visitorOptions(DEFAULT_LIMITS)
    expect(settings?.enableConnectProtocol).toBe(true)
    expect(settings?.maxConcurrentStreams).toBeGreaterThanOrEqual(100)
    expect(settings?.enablePush).not.toBe(true)
  })

  it.each([DEFAULT_LIMITS, { maxHeaderBytes: 4096, maxHeaders: 20, maxUrlBytes: 1024 }])(
    'leaves room for a head past the limits %j, so that it is answered',
    limits => {
      const { settings, maxHeaderListPairs } = visitorOptions(limits)
      expect(maxHeaderListPairs).toBeGreaterThan(limits.maxHeaders + 5)
      // Sizes count 32 octets for each field (RFC 9113 6.5.2).
      expect(settings?.maxHeaderListSize).toBeGreaterThan(
        limits.maxHeaderBytes + limits.maxUrlBytes + 32 * (limits.maxHeaders + 5),
      )
    },
  )

  it('bears floods only up to small bounds', () => {
    const options = visitorOptions(DEFAULT_LIMITS)
    const { maxSessionInvalidFrames, maxSessionRejectedStreams, maxSettings, maxOutstandingPings } = options
    for (const bound of [
      maxSessionInvalidFrames,
      maxSessionRejectedStreams,
      maxSettings,
      maxOutstandingPings,
    ])
      expect(bound).toBeLessThanOrEqual(100)
    expect(options.maxSessionMemory).toBeLessThanOrEqual(16)
  })
})
