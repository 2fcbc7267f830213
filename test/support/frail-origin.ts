// An origin in a process of its own, that can be killed, stopped, and brought into trouble of every kind, and gets over it.
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import type { Trouble } from './frail-process.ts'
import { freePort } from './ports.ts'

export type Plight = Trouble | 'is killed' | 'is stopped'

export interface FrailOrigin extends AsyncDisposable {
  readonly name: string
  readonly port: number
  /** From now on. */
  suffer(plight: Plight): void
  /** As if nothing had been. */
  recover(): Promise<void>
}

async function begin(name: string, port: number): Promise<ChildProcess> {
  const child = fork(new URL('./frail-process.ts', import.meta.url), [name, String(port)])
  await once(child, 'message')
  return child
}

/** Starts it; every answer of its is its name. */
export async function startFrailOrigin(name: string): Promise<FrailOrigin> {
  const port = await freePort()
  let child = await begin(name, port)
  let plight: Plight = 'none'
  return {
    name,
    port,
    suffer(next) {
      plight = next
      if (next === 'is killed') child.kill('SIGKILL')
      else if (next === 'is stopped') child.kill('SIGSTOP')
      else child.send(next)
    },
    async recover() {
      if (plight === 'is killed') child = await begin(name, port)
      else if (plight === 'is stopped') child.kill('SIGCONT')
      else child.send('none')
      plight = 'none'
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode !== null || child.signalCode !== null) return
      const ended = once(child, 'exit')
      child.kill('SIGKILL')
      await ended
    },
  }
}
