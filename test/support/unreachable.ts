// A port where connecting neither succeeds nor fails: a stopped process whose queue of waiting connections is full.
import { spawn } from 'node:child_process'
import { connect, type Socket } from 'node:net'
import { pause } from './until.ts'

export interface Unreachable extends AsyncDisposable {
  readonly port: number
}

const LISTEN = `
const server = require('node:net').createServer()
server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => console.log(server.address().port))
`

async function fill(port: number): Promise<Socket[]> {
  const waiting: Socket[] = []
  for (;;) {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => undefined)
    waiting.push(socket)
    const connected = new Promise<boolean>(resolve => socket.once('connect', () => resolve(true)))
    if (!(await Promise.race([connected, pause(300).then(() => false)]))) return waiting
  }
}

export async function startUnreachable(): Promise<Unreachable> {
  const child = spawn(process.execPath, ['-e', LISTEN], { stdio: ['ignore', 'pipe', 'inherit'] })
  const port = await new Promise<number>(resolve =>
    child.stdout.once('data', (text: Buffer) => resolve(Number(text))),
  )
  child.kill('SIGSTOP')
  const waiting = await fill(port)
  return {
    port,
    async [Symbol.asyncDispose]() {
      for (const socket of waiting) socket.destroy()
      child.kill('SIGKILL')
    },
  }
}
