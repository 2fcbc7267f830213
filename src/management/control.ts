// The control socket: always there if it can be, and never a reason not to serve.
import { mkdir } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Log } from '../observe/log.ts'
import { type Gate, type GateParts, makeGate } from './gate.ts'

/** The longest path a unix socket can have on Linux, without its end mark. */
const LONGEST_SOCKET = 107

/** What the system says, in words. */
function whyNot(error: unknown, path: string): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : String(error)
  if (code === 'EADDRINUSE')
    return 'another server runs the same file with the same state folder; commands reach that one'
  return Buffer.byteLength(path) > LONGEST_SOCKET
    ? `the path of a unix socket has at most ${LONGEST_SOCKET} bytes; choose a shorter state.dir`
    : code
}

/** A gate that is bound to `path`, for its owner alone; without one a warning tells why, and `told` isn't told again. */
export async function openControl(
  path: string,
  parts: GateParts,
  log: Log,
  told: string,
): Promise<{ readonly gate: Gate | undefined; readonly trouble: string }> {
  const gate = makeGate(
    { kind: 'unix', path, mode: 0o600 },
    { management: undefined, terms: undefined },
    parts,
  )
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    await gate.bind()
    return { gate, trouble: '' }
  } catch (error) {
    const trouble = whyNot(error, path)
    if (trouble !== told) log.warn('management/no-socket', { path, why: trouble })
    return { gate: undefined, trouble }
  }
}
