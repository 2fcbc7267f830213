import {
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../../src/base/clock.ts'
import { openReads } from '../../../src/config/reads.ts'
import { isSameSight, openEyes } from '../../../src/reload/sight.ts'

const root = mkdtempSync(join(tmpdir(), 'p2pstream-sight-'))
afterAll(() => rmSync(root, { recursive: true }))

const file = join(root, 'p.yaml')
const watched = { files: [file], folders: [] }
const clock = systemClock()

beforeEach(() => writeFileSync(file, 'one'))

describe('a sight', () => {
  it('is the same while the content is, whatever happens to the file', async () => {
    const eyes = openEyes(clock)
    const sight = await eyes.look(watched)
    utimesSync(file, new Date(), new Date())
    expect(isSameSight(sight, await eyes.look(watched))).toBe(true)
    writeFileSync(join(root, 'new'), 'one')
    renameSync(join(root, 'new'), file)
    expect(isSameSight(sight, await eyes.look(watched))).toBe(true)
  })

  it('differs when content of the same length is written in the same tick with the same times', async () => {
    const eyes = openEyes(clock)
    const { atime, mtime } = statSync(file)
    const sight = await eyes.look(watched)
    writeFileSync(file, 'two')
    utimesSync(file, atime, mtime)
    expect(isSameSight(sight, await eyes.look(watched))).toBe(false)
  })

  it('follows links', async () => {
    const link = join(root, 'link')
    symlinkSync(file, link)
    const sight = await openEyes(clock).look({ files: [file, link], folders: [] })
    expect(sight.get(link)).toBe(sight.get(file))
  })

  it('tells a file that is gone, a folder and a device from each other without reading them', async () => {
    const folder = join(root, 'folder')
    mkdirSync(folder)
    const sight = await openEyes(clock).look({
      files: [join(root, 'gone'), folder, '/dev/zero'],
      folders: [],
    })
    expect([...sight.values()]).toEqual(['ENOENT', 'not a file', 'not a file'])
  })

  it('of a folder is its names', async () => {
    const folder = join(root, 'conf.d')
    mkdirSync(folder)
    const eyes = openEyes(clock)
    const included = { files: [], folders: [folder, join(root, 'none')] }
    const sight = await eyes.look(included)
    writeFileSync(join(folder, 'a.yaml'), '')
    const after = await eyes.look(included)
    expect(isSameSight(sight, after)).toBe(false)
    writeFileSync(join(folder, 'a.yaml'), 'x')
    expect(isSameSight(after, await eyes.look(included))).toBe(true)
  })

  it('is in the words of who reads files for a load', async () => {
    const [folder, gone] = [join(root, 'read.d'), join(root, 'gone')]
    mkdirSync(folder)
    for (const name of ['b', '.a', 'c']) writeFileSync(join(folder, name), '')
    const reads = openReads()
    for (const path of [file, gone, root, '/dev/zero']) reads.bytes(path, 100)
    for (const path of [folder, gone]) reads.entries(path)
    const sight = await openEyes(clock).look(reads)
    expect([...reads.seen].sort()).toEqual([...sight].sort())
  })

  it('of other files is another one', () => {
    expect(isSameSight(new Map([['a', '1']]), new Map([['b', '1']]))).toBe(false)
    expect(isSameSight(new Map(), new Map([['b', '1']]))).toBe(false)
  })
})
