// The origin of a soak: gives and takes bytes, and fails as it is told to by the request's query.
import type { Origin, Turn } from '../origin.ts'
import { pause } from '../until.ts'
import { bytesFor, md5 } from './bytes.ts'

/** What an origin may do in place of answering. */
export const ORIGIN_FATES = ['reset', 'cut-head', 'cut-body', 'reset-body', 'half-close', 'garbage'] as const
export type OriginFate = (typeof ORIGIN_FATES)[number]

export const isOriginFate = (word: string | null): word is OriginFate =>
  ORIGIN_FATES.some(fate => fate === word)

async function fail(turn: Turn, fate: OriginFate, bytes: Buffer): Promise<void> {
  const { socket } = turn
  switch (fate) {
    case 'reset':
      return void socket.resetAndDestroy()
    case 'cut-head':
      await turn.write('HTTP/1.1 200 OK\r\nContent-Le')
      return void socket.end()
    case 'cut-body':
    case 'reset-body':
      await turn.write(`HTTP/1.1 200 OK\r\nContent-Length: ${bytes.length}\r\n\r\n`)
      await turn.write(bytes.subarray(0, bytes.length >> 1))
      // The half that was written has to be on its way before a reset overtakes it.
      await pause(5)
      return fate === 'cut-body' ? void socket.end() : void socket.resetAndDestroy()
    case 'half-close':
      return void socket.end()
    case 'garbage':
      await turn.write('SSH-2.0-OpenSSH_9.2\r\n\r\n')
      return void socket.end()
  }
}

/** Teaches it `/give?n=&size=` and `/take?n=`, both with `fate=` and the first with `chunked=`. */
export function teachSoak(origin: Origin): void {
  const queryOf = (turn: Turn): URLSearchParams => new URL(turn.request.target, 'http://origin').searchParams
  origin.on('/give', async turn => {
    const query = queryOf(turn)
    const bytes = bytesFor(Number(query.get('n')), Number(query.get('size')))
    const fate = query.get('fate')
    if (isOriginFate(fate)) return await fail(turn, fate, bytes)
    if (query.get('chunked') === null || turn.request.method === 'HEAD')
      return await turn.answer(200, [], bytes)
    const middle = bytes.length >> 1
    await turn.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')
    for (const piece of [bytes.subarray(0, middle), bytes.subarray(middle)])
      await turn.write(
        Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n')]),
      )
    await turn.write('0\r\n\r\n')
  })
  origin.on('/take', async turn => {
    const fate = queryOf(turn).get('fate')
    if (isOriginFate(fate)) return await fail(turn, fate, Buffer.alloc(0))
    await turn.answer(200, [], md5(await turn.body()))
  })
}
