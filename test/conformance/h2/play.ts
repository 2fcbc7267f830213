// Plays one case: sends its frames over a connection of its own and says in words what came of each stream and of the connection.
import { ERRORS } from '../../support/h2/frames.ts'
import { requestBytes } from '../../support/h2/hpack-write.ts'
import { connectH2, type H2Peer, outcomeOf } from '../../support/h2/peer.ts'
import { pause, until } from '../../support/until.ts'
import type { H2Case } from './cases.ts'
import type { Step } from './words.ts'

export interface Outcome {
  readonly streams: ReadonlyMap<number, string>
  readonly connection: string
}

/** `open`, `closed`, or `goaway` with its error; after NO_ERROR a connection is as good as open. */
async function connectionOf(peer: H2Peer): Promise<string> {
  if (await peer.answersPing()) return peer.goaway ? `${goawayOf(peer)} open` : 'open'
  return peer.goaway === undefined ? 'closed' : goawayOf(peer)
}

function goawayOf(peer: H2Peer): string {
  return `goaway ${ERRORS[peer.goaway ?? 0] ?? peer.goaway}`
}

/** Frames that nothing waits between go in one write: a frame of the peer's own must not come into a head. */
function together(steps: readonly Step[]): readonly Step[] {
  const merged: Step[] = []
  for (const step of steps) {
    const last = merged.at(-1)
    if ('bytes' in step && last !== undefined && 'bytes' in last)
      merged[merged.length - 1] = { bytes: Buffer.concat([last.bytes, step.bytes]) }
    else merged.push(step)
  }
  return merged
}

/** Waits until every stream that the case names has ended, or the connection has. */
export async function play(one: H2Case, port: number, isTls: boolean): Promise<Outcome> {
  await using peer = await connectH2({ port, isTls, settings: one.settings })
  for (const step of together(one.steps(isTls ? 'https' : 'http'))) {
    if ('bytes' in step) await peer.send(step.bytes)
    else if (step.wait === 'ping') await peer.answersPing()
    else await pause(step.wait)
  }
  const waited = [...one.streams].filter(([, words]) => !words.includes('open')).map(([id]) => id)
  const hasEnded = (id: number): boolean => !outcomeOf(peer.streams.get(id)).endsWith('open')
  await until(`the end of streams ${waited}`, () => peer.isClosed || waited.every(hasEnded), 8_000).catch(
    () => undefined,
  )
  const connection = await connectionOf(peer)
  const streams = [...one.streams.keys()].map(id => [id, outcomeOf(peer.streams.get(id))] as const)
  return { streams: new Map(streams), connection }
}

/** What the next visitor gets, on a connection of its own. */
export async function probe(port: number, isTls: boolean): Promise<string> {
  await using peer = await connectH2({ port, isTls, settings: {} })
  await peer.send(requestBytes(1, isTls ? 'https' : 'http', '/probe'))
  await until(
    'the probe is answered',
    () => peer.isClosed || !outcomeOf(peer.streams.get(1)).endsWith('open'),
  )
  return outcomeOf(peer.streams.get(1))
}
