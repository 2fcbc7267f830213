import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  frameReader,
  MAX_FRAME,
  parseAnswer,
  parseOpen,
  writeAnswer,
  writeOpen,
} from '../../../src/tunnel/preamble.ts'

/** Reads bytes in two pieces. */
function readAt(bytes: Buffer, cut: number) {
  const read = frameReader()
  const first = read(bytes.subarray(0, cut))
  return first === 'more' ? read(bytes.subarray(cut)) : first
}

describe('the frame', () => {
  it('is four bytes of length and JSON', () => {
    const json = '{"version":1,"request_id":"r1","network":"tcp","address":"127.0.0.1:80"}'
    expect(writeOpen('r1', '127.0.0.1:80').toString('latin1')).toBe(
      `\0\0\0${String.fromCharCode(json.length)}${json}`,
    )
    expect(writeAnswer({ ok: true }).toString('latin1')).toBe('\0\0\0\x0b{"ok":true}')
    expect(writeAnswer({ ok: false, kind: 'dial_failed', detail: '' }).toString('latin1')).toContain(
      '{"ok":false,"error_kind":"dial_failed"}',
    )
  })

  it('is read wherever it is cut, and what stands behind it is left alone', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.uint8Array({ maxLength: 20 }), (id, behind) => {
        const frame = writeOpen(id, 'a.test:1')
        const bytes = Buffer.concat([frame, behind])
        for (let cut = 0; cut < frame.length; cut++) {
          const found = readAt(bytes, cut)
          if (typeof found === 'string') throw new Error(found)
          expect(found.rest).toEqual(Buffer.from(behind))
          expect(parseOpen(found.text)).toEqual({ ok: true, requestId: id, host: 'a.test', port: 1 })
        }
      }),
      { numRuns: 30 },
    )
  })

  it('may have 16384 bytes, and is refused by its length alone when it has more', () => {
    const length = Buffer.alloc(4)
    length.writeUInt32BE(MAX_FRAME)
    expect(frameReader()(length)).toBe('more')
    length.writeUInt32BE(MAX_FRAME + 1)
    expect(frameReader()(length)).toBe('too_long')
  })
})

describe('an open request', () => {
  const open = (more: object) => JSON.stringify({ version: 1, network: 'tcp', address: 'a.test:80', ...more })

  it.each([
    ['10.0.0.1:65535', '10.0.0.1', 65_535],
    ['[::1]:80', '::1', 80],
    ['db_1.internal:5432', 'db_1.internal', 5432],
  ])('takes %s', (address, host, port) => {
    expect(parseOpen(open({ address }))).toEqual({ ok: true, requestId: '', host, port })
  })

  it('ignores keys that it doesn’t know, and takes the network in any case', () => {
    const text = open({ network: ' TCP ', trace_timings: true, request_id: 'r' })
    expect(parseOpen(text)).toMatchObject({ ok: true, requestId: 'r' })
  })

  it.each([
    ['another version', open({ version: 2 }), 'unsupported_version'],
    ['no version', '{}', 'unsupported_version'],
    ['no JSON', '{', 'invalid_open_request'],
    ['a list', '[1]', 'invalid_open_request'],
    ['null', 'null', 'invalid_open_request'],
    ['another network', open({ network: 'udp' }), 'invalid_open_request'],
    ['no port', open({ address: 'a.test' }), 'invalid_open_request'],
    ['no host', open({ address: ':80' }), 'invalid_open_request'],
    ['port 0', open({ address: 'a:0' }), 'invalid_open_request'],
    ['a port too high', open({ address: 'a:65536' }), 'invalid_open_request'],
    ['IPv6 without brackets', open({ address: '::1:80' }), 'invalid_open_request'],
    ['a user', open({ address: 'u@a:80' }), 'invalid_open_request'],
  ])('refuses %s', (_, text, kind) => {
    expect(parseOpen(text)).toMatchObject({ ok: false, kind })
  })
})

describe('an answer', () => {
  it('is read back as it was written', () => {
    const refusal = { ok: false, kind: 'dial_timeout', detail: 'after 10 s' } as const
    for (const answer of [{ ok: true } as const, refusal, { ...refusal, detail: '' }])
      expect(parseAnswer(writeAnswer(answer).toString('utf8', 4))).toEqual(answer)
  })

  it('may hold more than we know of, and is nothing when it isn’t one', () => {
    expect(parseAnswer('{"ok":true,"dial_duration_nanos":7}')).toEqual({ ok: true })
    expect(parseAnswer('{"ok":false}')).toEqual({ ok: false, kind: '', detail: '' })
    for (const text of ['', 'null', '7', '{}', '{"ok":1}']) expect(parseAnswer(text)).toBeUndefined()
  })
})
