import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { TYPE } from '../../../../src/tunnel/mux/frame.ts'
import { FrameReader } from '../../../../src/tunnel/mux/frame-reader.ts'
import { frame, frames } from '../../../support/mux/wire.ts'

const anyFrame = fc.oneof(
  fc
    .tuple(fc.nat(0xf), fc.integer({ min: 1, max: 0xffffffff }), fc.uint8Array({ maxLength: 40 }))
    .map(([flags, id, payload]) => ({
      bytes: frame(TYPE.data, flags, id, payload.length, Buffer.from(payload)),
      line: `data ${id} flags ${flags}: ${payload.length} bytes`,
    })),
  fc
    .tuple(fc.nat(0xffff), fc.integer({ min: 1, max: 0xffffffff }), fc.nat(0xffffffff))
    .map(([flags, id, increment]) => ({
      bytes: frame(TYPE.window, flags, id, increment),
      line: `window ${id} flags ${flags}: ${increment}`,
    })),
  fc.tuple(fc.nat(3), fc.nat(0xffffffff)).map(([flags, value]) => ({
    bytes: frame(TYPE.ping, flags, 0, value),
    line: `ping flags ${flags}: ${value}`,
  })),
  fc.nat(4).map(code => ({ bytes: frame(TYPE.goAway, 0, 0, code), line: `go away ${code}` })),
)

describe('the reader of frames', () => {
  it('reads the same frames wherever the bytes are cut', () => {
    fc.assert(
      fc.property(fc.array(anyFrame, { minLength: 1, maxLength: 6 }), all => {
        const bytes = Buffer.concat(all.map(one => one.bytes))
        const lines = all.map(one => one.line)
        for (let cut = 0; cut <= bytes.length; cut++) expect(frames(bytes, cut)).toEqual(lines)
      }),
      { numRuns: 50 },
    )
  })

  it('hands on every byte of a payload once and in order, whatever the reads are', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ maxLength: 60 }), { maxLength: 5 }),
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }),
        (payloads, sizes) => {
          const bytes = Buffer.concat(
            payloads.map(one => frame(TYPE.data, 0, 1, one.length, Buffer.from(one))),
          )
          const pieces: Buffer[] = []
          const nothing = (): void => undefined
          const reader = new FrameReader({
            dataFrame: nothing,
            payload: piece => void pieces.push(Buffer.from(piece)),
            windowFrame: nothing,
            pingFrame: nothing,
            goAwayFrame: nothing,
            broken: nothing,
          })
          for (let at = 0, n = 0; at < bytes.length; n++) {
            const size = sizes[n % sizes.length] ?? 1
            reader.read(bytes.subarray(at, at + size))
            at += size
          }
          expect(Buffer.concat(pieces)).toEqual(Buffer.concat(payloads))
          expect(pieces.every(piece => piece.length > 0)).toBe(true)
        },
      ),
    )
  })

  it.each([
    ['another version', Buffer.from([1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0]), 'version 1'],
    ['an unknown type', frame(4, 0, 1, 0), 'a frame of type 4'],
    ['data for the session', frame(TYPE.data, 0, 0, 1), 'a frame of type 0 for stream 0'],
    ['a window for the session', frame(TYPE.window, 0, 0, 1), 'a frame of type 1 for stream 0'],
    ['a ping for a stream', frame(TYPE.ping, 1, 7, 1), 'a frame of type 2 for stream 7'],
    ['a GoAway for a stream', frame(TYPE.goAway, 0, 7, 0), 'a frame of type 3 for stream 7'],
  ])('%s breaks the protocol, and nothing is read behind it', (_, bytes, detail) => {
    const ping = frame(TYPE.ping, 1, 0, 1)
    for (let cut = 0; cut <= bytes.length; cut++)
      expect(frames(Buffer.concat([bytes, ping]), cut)).toEqual([`broken: ${detail}`])
  })
})
