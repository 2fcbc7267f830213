// Where a server keeps what outlives it, unless the file says.
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import type { Environment } from './environment.ts'

/** systemd's folder for us; else the one of the XDG base directory specification, where relative paths mean nothing. */
export function stateFolder({ STATE_DIRECTORY: given = '', XDG_STATE_HOME: home = '' }: Environment): string {
  // Of several folders, with `:` between them, the first is ours.
  const [first = ''] = given.split(':')
  if (first !== '') return first
  return join(isAbsolute(home) ? home : join(homedir(), '.local', 'state'), 'p2pstream')
}
