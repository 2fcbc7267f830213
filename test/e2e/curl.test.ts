// A client that nobody here wrote: curl.
import { execFile, spawnSync } from 'node:child_process'
import { createHash, randomBytes } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Stage, startStage } from '../support/stage.ts'

const run = promisify(execFile)
const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex')

const isInstalled = spawnSync('curl', ['--version']).status === 0
if (!isInstalled) console.warn('curl is not installed: its tests are skipped')

describe.skipIf(!isInstalled)('curl', () => {
  let stage: Stage
  let file: string
  const bytes = randomBytes(3 << 20)
  beforeAll(async () => {
    stage = await startStage()
    stage.origin.on('/md5', async turn => turn.answer(200, [], md5(await turn.body())))
    stage.origin.on('/file', turn => turn.answer(200, [], bytes))
    file = join(stage.world.dir, 'upload.bin')
    writeFileSync(file, bytes)
  })
  afterAll(() => stage[Symbol.asyncDispose]())

  async function curl(path: string, ...flags: string[]): Promise<string> {
    const { stdout } = await run(
      'curl',
      ['-sS', '--max-time', '20', ...flags, `http://127.0.0.1:${stage.port}${path}`],
      { maxBuffer: 8 << 20, encoding: 'latin1' },
    )
    return stdout
  }

  it.each([
    ['-T with a length', ['-T', 'FILE']],
    ['-T chunked', ['-T', 'FILE', '-H', 'Transfer-Encoding: chunked']],
    ['-T with Expect', ['-T', 'FILE', '-H', 'Expect: 100-continue']],
    ['--data-binary with Expect', ['--data-binary', '@FILE', '-H', 'Expect: 100-continue']],
    ['-T over HTTP/1.0', ['-T', 'FILE', '--http1.0']],
    ['--data-binary over HTTP/1.0', ['--data-binary', '@FILE', '--http1.0']],
  ])('%s arrives whole', async (_, flags) => {
    expect(await curl('/md5', ...flags.map(flag => flag.replace('FILE', file)))).toBe(md5(bytes))
  })

  it.each([['--http1.1'], ['--http1.0']])('a download over %s arrives whole', async flag => {
    expect(md5(Buffer.from(await curl('/file', flag), 'latin1'))).toBe(md5(bytes))
  })

  it('two urls in one call share one connection', async () => {
    const url = `http://127.0.0.1:${stage.port}/a`
    expect(await curl('/b', '-o', '/dev/null', '-w', '%{num_connects}', url, '-o', '/dev/null')).toBe('10')
  })

  it('-I prints a head and ends', async () => {
    expect(await curl('/md5', '-I')).toMatch(/^HTTP\/1\.1 200 /)
  })
})
