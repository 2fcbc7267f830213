import { mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it, onTestFinished } from 'vitest'
import { controlSocket } from '../../../src/management/control-socket.ts'

function folder(): string {
  const dir = mkdtempSync(join(tmpdir(), 'p2pstream-control-'))
  onTestFinished(() => rmSync(dir, { recursive: true }))
  return dir
}

it('is one for each file, whatever way the folder is named', () => {
  const dir = folder()
  mkdirSync(join(dir, 'real'))
  symlinkSync('real', join(dir, 'link'))
  const here = controlSocket('/state', join(dir, 'real', 'a.yaml'))
  expect(controlSocket('/state', join(dir, 'link', 'a.yaml'))).toBe(here)
  expect(controlSocket('/state', join(dir, 'real', '.', 'a.yaml'))).toBe(here)
  expect(controlSocket('/state', join(dir, 'real', 'b.yaml'))).not.toBe(here)
})

it('stays when the file itself is a link that is pointed elsewhere, as in a mounted volume', () => {
  const dir = folder()
  const before = controlSocket('/state', join(dir, 'a.yaml'))
  symlinkSync('..data/a.yaml', join(dir, 'a.yaml'))
  expect(controlSocket('/state', join(dir, 'a.yaml'))).toBe(before)
})
