// What hashicorp/yamux wrote once, byte by byte, read again: wherever the bytes are cut, the same streams bring the same bytes.
import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { nextTurn } from '../../src/base/clock.ts'
import type { MuxStream } from '../../src/tunnel/mux/stream.ts'
import { peer } from '../support/mux/peer.ts'

const FOLDER = new URL('./yamux/', import.meta.url)
const RECORDED = readdirSync(FOLDER)
  .filter(name => name.endsWith('.hex'))
  .map(name => {
    const text = readFileSync(new URL(name, FOLDER), 'utf8')
    return {
      name,
      role: text.includes('-role client') ? ('server' as const) : ('client' as const),
      bytes: Buffer.from(text.replace(/^#.*$/gm, '').replace(/\s/g, ''), 'hex'),
    }
  })
const SENT = Buffer.from(Array.from({ length: 300 }, (_, at) => at * 7))

/** Replays the bytes in two pieces and says what came of them, a line for each stream and each call. */
async function replay(role: 'client' | 'server', bytes: Buffer, cut: number): Promise<string[]> {
  const { session, accepted, calls, send } = await peer({ role })
  const mine = Array.from({ length: 3 }, () => session.open()).filter(stream => stream !== undefined)
  const lines: string[] = []
  const listen = (stream: MuxStream, name: string): void => {
    const pieces: Buffer[] = []
    stream.on('data', piece => pieces.push(piece))
    stream.on('end', () => lines.push(`${name} ends after ${Buffer.concat(pieces).toString('hex')}`))
  }
  for (const stream of mine) listen(stream.end(), `mine ${stream.id}`)
  await send(bytes.subarray(0, cut))
  for (const stream of accepted) listen(stream, `theirs ${stream.id}`)
  const known = accepted.length
  await send(bytes.subarray(cut))
  for (const stream of accepted.slice(known)) listen(stream, `theirs ${stream.id}`)
  await nextTurn()
  session.close()
  return [...lines.sort(), ...calls.filter(call => call !== 'emptied')]
}

describe.each(RECORDED)('$name', ({ name, role, bytes }) => {
  it('says what was said, however it is cut', async () => {
    const whole = await replay(role, bytes, bytes.length)
    for (let cut = 0; cut < bytes.length; cut++)
      expect(await replay(role, bytes, cut), `cut at ${cut}`).toEqual(whole)
    if (name.includes('sends')) {
      const sent = whole.filter(line => line.startsWith('theirs')).map(line => line.split(' after ')[1])
      // Each of the three begins with its own number.
      expect(sent.sort()).toEqual(
        [0, 1, 2].map(n => SENT.map(byte => byte + n)).map(one => Buffer.from(one).toString('hex')),
      )
    }
    if (name.includes('answers'))
      expect(whole.filter(line => /^mine \d ends after (3\d|6[1-6]){64}$/.test(line)).length).toBe(3)
    expect(whole.includes('gone away')).toBe(name.includes('away'))
  })
})
