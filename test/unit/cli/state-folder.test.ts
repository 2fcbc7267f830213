import { homedir } from 'node:os'
import { expect, it } from 'vitest'
import { stateFolder } from '../../../src/cli/state-folder.ts'

const HOME = `${homedir()}/.local/state/p2pstream`

it.each([
  [{}, HOME],
  [{ STATE_DIRECTORY: '/var/lib/p2pstream' }, '/var/lib/p2pstream'],
  [{ STATE_DIRECTORY: '/var/lib/a:/var/lib/b' }, '/var/lib/a'],
  [{ STATE_DIRECTORY: '', XDG_STATE_HOME: '/home/me/state' }, '/home/me/state/p2pstream'],
  [{ XDG_STATE_HOME: 'relative' }, HOME],
])('%j keeps its state in %s', (environment, folder) => {
  expect(stateFolder(environment)).toBe(folder)
})
