// A client that nobody here wrote: h2load, with many streams on few connections.
import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isInstalled } from '../support/front.ts'
import { type Stage, startStage } from '../support/stage.ts'

const run = promisify(execFile)
const COUNT = 2000
const SIZE = 10_000

describe.skipIf(!isInstalled('h2load', '--version')).each(['http', 'https'] as const)(
  'h2load over %s',
  scheme => {
    let stage: Stage
    beforeAll(async () => {
      stage = await startStage({ isSecure: scheme === 'https' })
      stage.origin.on('/body', turn => turn.answer(200, [], Buffer.alloc(SIZE, 'x')))
      stage.origin.on('/upload', async turn => turn.answer(200, [], String((await turn.body()).length)))
    })
    afterAll(() => stage[Symbol.asyncDispose]())

    async function load(path: string, ...flags: readonly string[]): Promise<string> {
      const url = `${scheme}://127.0.0.1:${stage.port}${path}`
      const words = ['-n', String(COUNT), '-c', '4', '-m', '20', ...flags, url]
      const { stdout } = await run('h2load', words, { timeout: 60_000 })
      expect(stdout).toContain(
        `requests: ${COUNT} total, ${COUNT} started, ${COUNT} done, ${COUNT} succeeded, 0 failed, 0 errored, 0 timeout`,
      )
      expect(stdout).toContain(`status codes: ${COUNT} 2xx, 0 3xx, 0 4xx, 0 5xx`)
      return stdout
    }

    it('every answer arrives whole', async () => {
      const said = await load('/body')
      expect(Number(/\((\d+)\) data/.exec(said)?.[1])).toBe(COUNT * SIZE)
    })

    it('every upload arrives whole', async () => {
      const said = await load('/upload', '-d', stage.world.file)
      const length = String(Buffer.byteLength(stage.config())).length
      expect(Number(/\((\d+)\) data/.exec(said)?.[1])).toBe(COUNT * length)
      const sizes = new Set(stage.origin.at('/upload').map(({ body }) => body.length))
      expect([...sizes]).toEqual([Buffer.byteLength(stage.config())])
    })
  },
)
