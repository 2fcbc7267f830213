// Ends of HTTP/2 connections that nobody's request pays for: a stop, a listener that a reload takes away, reloads under load.
import { readdirSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { type Frame, TYPES } from '../support/h2/frames.ts'
import { requestBytes } from '../support/h2/hpack-write.ts'
import { connectH2, type H2Peer, outcomeOf } from '../support/h2/peer.ts'
import { type H2Visitor, visitH2 } from '../support/h2/visitor.ts'
import { hold } from '../support/origin.ts'
import { freePort } from '../support/ports.ts'
import { type Stage, startStage } from '../support/stage.ts'
import { pause, until } from '../support/until.ts'

const goaways = (peer: H2Peer): readonly Frame[] => peer.frames.filter(({ type }) => type === TYPES['GOAWAY'])
const lastOf = (frame: Frame | undefined): number => frame?.payload.readUInt32BE(0) ?? 0

function teach(stage: Stage): void {
  stage.origin.on('/slow', async turn => {
    await turn.write('HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nhello')
    await pause(1500)
    await turn.write('world')
  })
  stage.origin.on('/hold', hold)
}

/**
 * Ten streams under way, and new ones opened until a GOAWAY has come. Those that it takes are answered; of the others no origin
 * has heard, so that they can be asked for elsewhere (RFC 9113 6.8).
 */
async function leaveUnderLoad(stage: Stage, isTls: boolean, end: () => void): Promise<void> {
  await using peer = await connectH2({ port: stage.port, isTls, settings: {} })
  const scheme = isTls ? 'https' : 'http'
  let next = 1
  const open = async (path: string): Promise<void> => {
    const stream = next
    next += 2
    await peer.send(requestBytes(stream, scheme, path))
  }
  for (let n = 0; n < 10; n++) await open('/slow')
  await until('all are at the origin', () => stage.origin.at('/slow').length === 10)
  for (let n = 0; !peer.isClosed && goaways(peer).length === 0; n++) {
    await open(`/late/${next}`)
    await pause(2)
    if (n === 20) end()
  }
  const last = lastOf(goaways(peer)[0])
  expect(last).toBeGreaterThan(60)
  await until('the connection ends', () => peer.isClosed)
  for (let stream = 1; stream <= last; stream += 2)
    expect(`${stream} ${outcomeOf(peer.streams.get(stream))}`).toBe(`${stream} 200`)
  const asked = stage.origin.requests.flatMap(({ target }) =>
    target.startsWith('/late') ? [Number(target.slice(6))] : [],
  )
  expect(asked.filter(stream => stream > last)).toEqual([])
  expect(goaways(peer).map(lastOf)).toEqual(goaways(peer).map(() => last))
}

describe.each([false, true])('HTTP/2 (over TLS: %s)', isSecure => {
  it('a stop loses no request that a GOAWAY did not exclude', async () => {
    await using stage = await startStage({ isSecure, top: 'server: { drain_timeout: 20s }' })
    teach(stage)
    await leaveUnderLoad(stage, isSecure, () => stage.world.signal('SIGTERM'))
    expect(await stage.world.ended).toEqual({ code: 0, signal: null })
  })

  it('nor does a reload that takes the listener away', async () => {
    await using stage = await startStage({ isSecure })
    teach(stage)
    const port = await freePort()
    await leaveUnderLoad(stage, isSecure, () =>
      stage.world.rewrite(stage.config().replace(`port: ${stage.port}`, `port: ${port}`)),
    )
    await using visitor = await visitH2(port, isSecure ? 'https' : 'http')
    expect((await visitor.ask('/there')).status).toBe(200)
  })
})

describe('HTTP/2', () => {
  it('an idle connection hears of a stop, and is gone within two seconds', async () => {
    await using stage = await startStage({ top: 'server: { drain_timeout: 20s }' })
    await using visitor = await visitH2(stage.port, 'http')
    expect((await visitor.ask('/a')).status).toBe(200)
    const begun = performance.now()
    stage.world.signal('SIGTERM')
    await visitor.closed
    expect(performance.now() - begun).toBeLessThan(3000)
    expect(visitor.goaways[0]).toEqual({ code: 0, last: 1 })
    expect(await stage.world.ended).toEqual({ code: 0, signal: null })
  })

  it('what does not finish is cut after drain_timeout, visibly', async () => {
    await using stage = await startStage({ top: 'server: { drain_timeout: 1s }' })
    teach(stage)
    await using visitor = await visitH2(stage.port, 'http')
    const replies = [visitor.ask('/hold'), visitor.ask('/hold'), visitor.ask('/hold')]
    await until('all are at the origin', () => stage.origin.at('/hold').length === 3)
    stage.world.signal('SIGTERM')
    for (const reply of await Promise.all(replies)) expect(reply.isComplete).toBe(false)
    expect(await stage.world.ended).toEqual({ code: 0, signal: null })
  })

  it('reloads under constant traffic lose nothing, and end no connection', async () => {
    await using stage = await startStage()
    const body = (n: number): string => `answer ${n}`
    const edited = (n: number): string =>
      stage.config({ route: `response_headers: { set: { X-Revision: "${n}" } }` })
    stage.origin.on('/sum', async turn => turn.answer(200, [], String((await turn.body()).length)))
    stage.origin.on('/get', turn => turn.answer(200, [], body(turn.request.target.length)))
    let isOver = false
    let served = 0
    const losses: string[] = []
    const drive = async (visitor: H2Visitor, kind: number): Promise<void> => {
      while (!isOver) {
        const target = kind % 2 === 0 ? `/get?${'x'.repeat(served % 50)}` : '/sum'
        const upload = { method: 'POST', body: Buffer.alloc(served % 100_000) }
        const length = upload.body.length
        const reply = await visitor.ask(target, kind % 2 === 0 ? {} : upload)
        const wanted = kind % 2 === 0 ? body(target.length) : String(length)
        if (!reply.isComplete || reply.body.toString() !== wanted)
          losses.push(`${target} ${reply.status} ${reply.body}`)
        served++
        await pause(2)
      }
    }
    const visitors = await Promise.all(Array.from({ length: 4 }, () => visitH2(stage.port, 'http')))
    const all = visitors.flatMap(visitor => Array.from({ length: 5 }, (_, kind) => drive(visitor, kind)))
    for (let n = 1; n <= 8; n++) {
      stage.world.rewrite(edited(n))
      await until(`revision ${n}`, async () => {
        const { fields } = await (visitors[0] as H2Visitor).ask('/rev')
        return fields.some(([name, value]) => name === 'x-revision' && value === String(n))
      })
    }
    isOver = true
    await Promise.all(all)
    expect(losses).toEqual([])
    expect(served).toBeGreaterThan(200)
    for (const visitor of visitors) {
      expect(visitor.goaways).toEqual([])
      await visitor[Symbol.asyncDispose]()
    }
  })

  it('visitors that leave at any moment, in any way, leave nothing behind', async () => {
    await using stage = await startStage()
    teach(stage)
    stage.origin.on('/drip', async turn => {
      await turn.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n')
      for (;;) {
        await turn.write('5\r\nhello\r\n')
        await pause(10)
      }
    })
    const descriptors = (): number => readdirSync(`/proc/${stage.world.pid}/fd`).length
    await using calm = await visitH2(stage.port, 'http')
    expect((await calm.ask('/a')).status).toBe(200)
    const before = descriptors()
    for (let round = 0; round < 10; round++) {
      await Promise.all(
        Array.from({ length: 15 }, async (_, n) => {
          const visitor = await visitH2(stage.port, 'http')
          visitor.open('/hold')
          visitor.open('/drip')
          visitor.open('/up', { method: 'POST' }).stream.write('a beginning')
          await pause(n * 3)
          if (n % 3 === 0) visitor.reset()
          else if (n % 3 === 1) visitor.halfClose()
          else visitor.session.destroy()
          await visitor.closed
        }),
      )
    }
    await until('the origin is idle', () => stage.origin.busy === 0, 3000)
    await until('descriptors are back', () => descriptors() <= before + 4, 5000)
    expect((await calm.ask('/a')).status).toBe(200)
  })
})
