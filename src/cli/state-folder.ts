// Where a server keeps what outlives it, unless the file says.
import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'
import type { Environment } from './environment.ts'

/** Where systemd keeps the state of a service of our name; its processes are told, a person's shell isn't. */
export const SERVICE_FOLDER = '/var/lib/p2pstream'

/** systemd's folder for us; else the one of the XDG base directory specification, where relative paths mean nothing. */
export function stateFolder({ STATE_DIRECTORY: given = '', XDG_STATE_HOME: home = '' }: Environment): string {
  // Of several folders, with `:` between them, the first is ours.
  const [first = ''] = given.split(':')
  if (first !== '') return first
  return join(isAbsolute(home) ? home : join(homedir(), '.local', 'state'), 'p2pstream')
}
