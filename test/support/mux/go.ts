// hashicorp/yamux as the other side: started against a session of ours.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer, type Socket } from 'node:net'
import { systemClock } from '../../../src/base/clock.ts'
import { startWheel } from '../../../src/net/wheel.ts'
import { type MuxEnd, type MuxEvents, type MuxRole, MuxSession } from '../../../src/tunnel/mux/session.ts'
import { DEFAULT_TERMS, type MuxTerms, READ_BYTES } from '../../../src/tunnel/mux/terms.ts'

export interface GoPart {
  readonly part: string
  /** Go's role; ours is the other. */
  readonly role: MuxRole
  readonly flags?: readonly string[]
  readonly events?: Partial<MuxEvents>
  readonly terms?: Partial<MuxTerms>
  /** Sees the connection before the session does. */
  readonly tap?: (socket: Socket) => void
}

export interface GoSide extends AsyncDisposable {
  readonly session: MuxSession
  readonly child: ChildProcess
  /** How our session ended. */
  readonly ended: Promise<MuxEnd>
  /** What the program said, when it has ended; throws when that wasn't `done`. */
  finished(): Promise<string>
}

/** Starts the program in one of its parts, and a session of ours on the connection that it makes. */
export async function startGo(
  program: string,
  { part, role, flags = [], events = {}, terms = {}, tap }: GoPart,
): Promise<GoSide> {
  const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no port')
  const connected = once(server, 'connection')
  const child = spawn(
    program,
    ['-connect', `127.0.0.1:${address.port}`, '-role', role, '-part', part, ...flags],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const exited = once(child, 'close')
  let said = ''
  child.stdout.on('data', text => {
    said += text
  })
  const [socket] = (await connected) as [Socket]
  server.close()
  tap?.(socket)
  const wheel = startWheel(systemClock())
  const { promise: ended, resolve } = Promise.withResolvers<MuxEnd>()
  const session = new MuxSession(
    socket,
    role === 'client' ? 'server' : 'client',
    { ...DEFAULT_TERMS, ...terms },
    // Who listens in is told of reads by the socket alone.
    {
      clock: systemClock(),
      wheel,
      ...(tap === undefined ? { buffer: Buffer.allocUnsafeSlow(READ_BYTES) } : {}),
    },
    {
      ...events,
      ended(end) {
        events.ended?.(end)
        resolve(end)
      },
    },
  )
  return {
    session,
    child,
    ended,
    async finished() {
      await exited
      if (!said.endsWith('done\n')) throw new Error(`go-yamux ${part}: ${said}`)
      return said
    },
    async [Symbol.asyncDispose]() {
      session.close()
      socket.destroy()
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
      await exited
      wheel.stop()
    },
  }
}
