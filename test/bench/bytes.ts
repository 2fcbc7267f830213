// Before anything is timed: does this proxy hand on the right bytes? A fast wrong answer is no answer.
import { randomBytes } from 'node:crypto'
import type { Asker } from './asker.ts'
import { md5, type Origins } from './origins.ts'

/** One line per fault. */
export async function faultsOf(ask: Asker, origins: Origins): Promise<string[]> {
  const faults: string[] = []
  const expectSame = (what: string, got: string, expected: string): void => {
    if (got !== expected) faults.push(`${what}: got ${got.slice(0, 60)}, expected ${expected}`)
  }
  for (const [path, sum] of origins.sums) {
    const reply = await ask({ method: 'GET', path })
    expectSame(`GET ${path}`, `${reply.status} ${md5(reply.body)}`, `200 ${sum}`)
  }
  const head = await ask({ method: 'HEAD', path: '/1k' })
  expectSame('HEAD /1k', `${head.status} ${head.body.length}`, '200 0')
  const body = randomBytes(10_240)
  const said = async (path: string, isUnmeasured: boolean): Promise<string> =>
    (await ask({ method: 'POST', path, body, isUnmeasured })).body.toString()
  expectSame('POST', await said('/check/md5', false), md5(body))
  expectSame('POST without a length', await said('/check/md5', true), md5(body))
  expectSame('POST /post', await said('/post', false), 'posted')
  return faults
}
