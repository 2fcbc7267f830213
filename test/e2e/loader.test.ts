// Loads in the loading thread: what arrives here is what was read there.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { load } from '../../src/config/load.ts'
import type { LoadRequest } from '../../src/config/loaded.ts'
import { openLoader } from '../../src/reload/worker.ts'
import { NOW } from '../support/config.ts'

const folder = mkdtempSync(join(tmpdir(), 'p2pstream-loader-'))
const loader = openLoader()
afterAll(async () => {
  await loader.close()
  rmSync(folder, { recursive: true })
})

function request(text: string): LoadRequest {
  return {
    source: { text, name: 'p.yaml' },
    environment: { NAME: 'x' },
    missingReferences: 'error',
    now: NOW,
  }
}

const routes = Array.from(
  { length: 1000 },
  (_, n) =>
    `  r${n}: { listener: web, match: { path: /${n} }, forward: { targets: [{ static: { template: page } }] } }\n`,
)
const LARGE = `version: 1
listeners: { web: { protocol: http, name: "\${env:NAME}", port: 8080 } }
templates: { page: { kind: generic_body, body_file: ${join(folder, 'page.html')} } }
routes:
${routes.join('')}`

it('a config of a thousand routes arrives whole, with its files, hashes and what to watch', async () => {
  writeFileSync(join(folder, 'page.html'), 'hello')
  const here = load(request(LARGE))
  const there = await loader.load(request(LARGE))
  expect(here.outcome.ok && here.outcome.value).toBeTruthy()
  expect(there.configured?.config).toEqual(here.outcome.ok ? here.outcome.value.config : undefined)
  expect(there.configured?.hashes).toEqual(here.outcome.ok ? here.outcome.value.hashes : undefined)
  expect(there.watched).toEqual(here.watched)
  const [bytes] = there.configured?.materials.files.values() ?? []
  expect(Buffer.from(bytes ?? []).toString()).toBe('hello')
  await there.end()
})

it('findings have places and lines, also those that are found later', async () => {
  const wrong = await loader.load(request(LARGE.replace('listener: web', 'listener: wbe')))
  expect(wrong.configured).toBeUndefined()
  expect(wrong.findings[0]).toMatchObject({
    diagnostic: { place: { file: 'p.yaml', line: 5 } },
    frame: expect.stringContaining('listener: wbe'),
  })
  await wrong.end()
  const right = await loader.load(request(LARGE))
  const [later] = await right.locate([
    {
      code: 'listener/cannot-bind',
      severity: 'error',
      message: 'taken',
      at: '/listeners/web/port',
      on: 'value',
    },
  ])
  expect(later?.diagnostic.place).toMatchObject({ file: 'p.yaml', line: 2 })
  await right.end()
})

it('a load waits for the end of the one before', async () => {
  const first = await loader.load(request('version: 1\n'))
  let isLoaded = false
  const second = loader.load(request('version: 1\nserver: { drain_timeout: 9s }\n')).then(loaded => {
    isLoaded = true
    return loaded
  })
  expect(await first.locate([])).toEqual([])
  expect(isLoaded).toBe(false)
  await first.end()
  expect((await second).configured?.config.server.drain_timeout).toBe('9s')
  await (await second).end()
})

it('a mistake of ours is told with its stack, and the next load works', async () => {
  const broken = { ...request(''), source: undefined } as unknown as LoadRequest
  await expect(loader.load(broken)).rejects.toThrow(/TypeError.*\n +at /)
  const next = await loader.load(request('version: 1\n'))
  expect(next.configured?.config.version).toBe(1)
  await next.end()
})

it('a thread that is gone is replaced by the next load', async () => {
  const other = openLoader()
  const first = await other.load(request('version: 1\n'))
  await other.close()
  await expect(first.locate([])).rejects.toThrow('the loading thread ended')
  await first.end()
  const second = await other.load(request('version: 1\n'))
  expect(second.configured?.config.version).toBe(1)
  await second.end()
  await other.close()
})
