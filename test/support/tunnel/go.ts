// The seed's agent and server, as our program in Go plays them.
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { until } from '../until.ts'

export interface GoSide extends AsyncDisposable {
  readonly child: ChildProcess
  /** The lines that it has said. */
  readonly said: () => readonly string[]
  /** Waits for a line. */
  saying(line: RegExp): Promise<string>
  /** Commands a server, and returns its answer. */
  obey(command: string): Promise<string>
}

/** Starts the program with these flags. */
export function startGoSide(program: string, flags: readonly string[]): GoSide {
  const child = spawn(program, flags, { stdio: ['pipe', 'pipe', 'inherit'] })
  const ended = once(child, 'close')
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    text += piece
  })
  const said = (): readonly string[] => text.split('\n').slice(0, -1)
  return {
    child,
    said,
    saying: line => until(`it says ${line}`, () => said().find(one => line.test(one))),
    async obey(command) {
      const before = said().length
      child.stdin.write(`${command}\n`)
      return await until(`it answers ${command}`, () => said()[before])
    },
    async [Symbol.asyncDispose]() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
      await ended
    },
  }
}
