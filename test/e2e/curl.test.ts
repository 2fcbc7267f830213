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

/** How it comes in, and with which words it is told so. */
const WAYS = [
  ['http', [], '1.1'],
  ['http', ['--http2'], '1.1'],
  ['http', ['--http2-prior-knowledge'], '2'],
  ['https', ['-k', '--http1.1'], '1.1'],
  ['https', ['-k', '--http2'], '2'],
] as const

describe.skipIf(!isInstalled).each(WAYS)('curl over %s %j', (scheme, way, version) => {
  let stage: Stage
  let file: string
  const bytes = randomBytes(3 << 20)
  beforeAll(async () => {
    stage = await startStage({ isSecure: scheme === 'https' })
    stage.origin.on('/md5', async turn => turn.answer(200, [], md5(await turn.body())))
    stage.origin.on('/file', turn => turn.answer(200, [], bytes))
    file = join(stage.world.dir, 'upload.bin')
    writeFileSync(file, bytes)
  })
  afterAll(() => stage[Symbol.asyncDispose]())

  async function curl(path: string, ...flags: string[]): Promise<string> {
    const { stdout } = await run(
      'curl',
      ['-sS', '--max-time', '20', ...way, ...flags, `${scheme}://127.0.0.1:${stage.port}${path}`],
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

  it.each([[[]], [['--http1.1']], [['--http1.0']]])('a download with %j arrives whole', async flags => {
    expect(md5(Buffer.from(await curl('/file', ...flags), 'latin1'))).toBe(md5(bytes))
  })

  // curl 7.88 fails at that with prior knowledge, whoever the server is.
  it.skipIf(way[0] === '--http2-prior-knowledge')('two urls in one call share one connection', async () => {
    const url = `${scheme}://127.0.0.1:${stage.port}/a`
    expect(await curl('/b', '-o', '/dev/null', '-w', '%{num_connects}', url, '-o', '/dev/null')).toBe('10')
  })

  it('-I prints a head and ends', async () => {
    expect(await curl('/md5', '-I')).toMatch(new RegExp(`^HTTP/${version} 200 `))
  })
})
