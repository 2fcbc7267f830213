// Before anything is timed: does this proxy hand on the right bytes? A fast wrong answer is no answer.
import { randomBytes } from 'node:crypto'
import { ask, visit } from '../support/raw.ts'
import { BROWSER_FIELDS, HOST } from './loads.ts'
import { md5, type Origins } from './origins.ts'

async function postChunked(port: number, body: Buffer): Promise<string> {
  await using visitor = await visit({ port })
  await visitor.send(`POST /check/md5 HTTP/1.1\r\nHost: ${HOST}\r\nTransfer-Encoding: chunked\r\n\r\n`)
  for (let at = 0; at < body.length; at += 3000) {
    const piece = body.subarray(at, at + 3000)
    await visitor.send(
      Buffer.concat([Buffer.from(`${piece.length.toString(16)}\r\n`), piece, Buffer.from('\r\n')]),
    )
  }
  await visitor.send('0\r\n\r\n')
  return (await visitor.answer()).body.toString()
}

/** One line per fault. */
export async function faultsOf(port: number, origins: Origins): Promise<string[]> {
  const faults: string[] = []
  const expectSame = (what: string, got: string, expected: string): void => {
    if (got !== expected) faults.push(`${what}: got ${got.slice(0, 60)}, expected ${expected}`)
  }
  const how = { port, host: HOST, fields: BROWSER_FIELDS }
  for (const [path, sum] of origins.sums) {
    const reply = await ask(path, how)
    expectSame(`GET ${path}`, `${reply.status} ${md5(reply.body)}`, `200 ${sum}`)
  }
  const head = await ask('/1k', { ...how, method: 'HEAD' })
  expectSame('HEAD /1k', `${head.status} ${head.body.length}`, '200 0')
  const body = randomBytes(10_240)
  expectSame('POST', (await ask('/check/md5', { ...how, method: 'POST', body })).body.toString(), md5(body))
  expectSame('chunked POST', await postChunked(port, body), md5(body))
  expectSame('POST /post', (await ask('/post', { ...how, method: 'POST', body })).body.toString(), 'posted')
  return faults
}
