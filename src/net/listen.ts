// Binds an address and hands over the sockets that arrive there, nothing else (design engine, "Wire").
import { lstat, unlink } from 'node:fs/promises'
import { connect, createServer, type Server, type Socket } from 'node:net'
import type { Address } from '../base/address.ts'
import { nextTurn } from '../base/clock.ts'

/** A bound address. */
export interface Bound {
  readonly address: Address
  /**
   * Resolves in a turn of the event loop in which nobody waits to be accepted any more, or when everybody was accepted who waited
   * at the call. Who closes right then resets nobody but those who come in the same instant.
   */
  emptied(): Promise<void>
  /** Stops accepting at once and leaves the sockets that were handed over alone; the kernel resets those who still wait. */
  close(): void
}

/** The kernel caps it at net.core.somaxconn. */
const BACKLOG = 4096

/** Permissions of a unix socket, unless the file says others. */
const DEFAULT_MODE = 0o660

/** Whether nobody listens on a socket file: what a process that was killed leaves behind. */
async function isStale(path: string): Promise<boolean> {
  const found = await lstat(path).catch(() => undefined)
  if (found === undefined || !found.isSocket()) return false
  const { promise, resolve } = Promise.withResolvers<boolean>()
  const probe = connect({ path })
  probe.once('connect', () => resolve(false))
  probe.once('error', error => resolve('code' in error && error.code === 'ECONNREFUSED'))
  return promise.finally(() => probe.destroy())
}

function listenOn(server: Server, address: Address): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject)
  server.once('listening', resolve)
  if (address.kind === 'unix') listenOnPath(server, address)
  else if (address.host === '') server.listen({ port: address.port, backlog: BACKLOG })
  else server.listen({ host: address.host, port: address.port, backlog: BACKLOG })
  return promise
}

/** Binding happens within the call, so the file is born with its permissions: no moment in which others may connect. */
function listenOnPath(
  server: Server,
  { path, mode = DEFAULT_MODE }: Extract<Address, { kind: 'unix' }>,
): void {
  const before = process.umask(0o777 & ~mode)
  try {
    server.listen({ path, backlog: BACKLOG })
  } finally {
    process.umask(before)
  }
}

/** Binds an address; rejects with the system's error (EADDRINUSE, EACCES, EADDRNOTAVAIL). */
export async function listen(address: Address, accepted: (socket: Socket) => void): Promise<Bound> {
  let count = 0
  const server = createServer({ allowHalfOpen: true, noDelay: true }, socket => {
    count++
    accepted(socket)
  })
  if (address.kind === 'unix' && (await isStale(address.path))) await unlink(address.path)
  await listenOn(server, address)
  // An accept that fails (EMFILE) is the system's trouble of the moment; the server goes on.
  server.on('error', () => undefined)
  return {
    address,
    async emptied() {
      // What is left of this turn may have looked at the queue already.
      await nextTurn()
      // Each turn takes one, and at most BACKLOG wait.
      for (let turn = 0; turn < BACKLOG; turn++) {
        const before = count
        await nextTurn()
        if (count === before) return
      }
    },
    close: () => void server.close(),
  }
}
