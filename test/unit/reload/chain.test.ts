import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { linkChain } from '../../../src/reload/chain.ts'

const root = realpathSync(mkdtempSync(join(tmpdir(), 'p2pstream-chain-')))
afterAll(() => rmSync(root, { recursive: true }))

mkdirSync(join(root, '..data-1'))
writeFileSync(join(root, '..data-1/p.yaml'), '')
symlinkSync('..data-1', join(root, '..data'))
symlinkSync('..data/p.yaml', join(root, 'p.yaml'))
symlinkSync(join(root, 'p.yaml'), join(root, 'absolute.yaml'))
symlinkSync('round-b', join(root, 'round-a'))
symlinkSync('round-a', join(root, 'round-b'))
symlinkSync('../nowhere/x', join(root, 'dangling'))
mkdirSync(join(root, 'a'))
symlinkSync('../..data-1', join(root, 'a/up'))

async function chain(name: string): Promise<readonly string[]> {
  const entries = await linkChain(join(root, name))
  return entries.map(({ folder, name }) => join(folder, name).replace(root, ''))
}

it.each([
  ['..data-1/p.yaml', ['/..data-1/p.yaml']],
  ['p.yaml', ['/p.yaml', '/..data', '/..data-1/p.yaml']],
  ['absolute.yaml', ['/absolute.yaml', '/p.yaml', '/..data', '/..data-1/p.yaml']],
  ['a/../p.yaml', ['/p.yaml', '/..data', '/..data-1/p.yaml']],
  ['a/up/p.yaml', ['/a/up', '/..data-1/p.yaml']],
  ['missing/deeper/p.yaml', ['/missing']],
  ['missing.yaml', ['/missing.yaml']],
])('the path %s is decided by the entries %j', async (name, entries) => {
  expect(await chain(name)).toEqual(entries)
})

it('a dangling link ends with the entry that would have to appear', async () => {
  const entries = await linkChain(join(root, 'dangling'))
  expect(entries.map(({ name }) => name)).toEqual(['dangling', 'nowhere'])
})

it('links that go round come to an end', async () => {
  expect((await chain('round-a')).length).toBeLessThan(50)
})
