// A program of others in front of the one under test: started in the foreground, waited for, and ended.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { visit } from './raw.ts'
import { until } from './until.ts'

/** Whether a program can be run; says so when it can't, because its tests are skipped then. */
export function isInstalled(program: string, flag: string): boolean {
  const found = spawnSync(program, [flag]).status === 0
  if (!found) console.warn(`${program} is not installed: its tests are skipped`)
  return found
}

/** Starts a program that stays in the foreground and accepts connections on `port`; throws with what it wrote when it doesn't. */
export async function startFront(
  program: string,
  flags: readonly string[],
  port: number,
  env: Readonly<Record<string, string>> = {},
): Promise<AsyncDisposable> {
  const child: ChildProcess = spawn(program, flags, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...env },
  })
  const ended = once(child, 'close')
  let said = ''
  child.stderr?.on('data', text => {
    said += text
  })
  const front: AsyncDisposable = {
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM')
      await ended
    },
  }
  try {
    await until(`${program} listens on ${port}`, async () => {
      if (child.exitCode !== null) throw new Error(`${program} ended:\n${said}`)
      const visitor = await visit({ port }).catch(() => undefined)
      visitor?.socket.destroy()
      return visitor !== undefined
    })
  } catch (error) {
    await front[Symbol.asyncDispose]()
    throw error
  }
  return front
}
