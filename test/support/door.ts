// Asks a program under test what an operator would: by its control socket, or by an address.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { text } from 'node:stream/consumers'
import { controlSocket } from '../../src/management/control-socket.ts'
import { LAUNCHER, type World } from './world.ts'

export interface DoorAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
  /** The text read as JSON. */
  readonly json: () => Record<string, unknown>
}

export interface DoorQuestion {
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
  /** Trusted in place of the built-in authorities; its presence means https. */
  readonly ca?: string
}

/** Where the program listens for its own commands. */
export function socketOf(world: Pick<World, 'dir' | 'file'>): string {
  return controlSocket(`${world.dir}/state`, world.file)
}

/** Asks over a socket (a path) or at a port of 127.0.0.1. */
export async function askDoor(
  at: string | number,
  path: string,
  asked: DoorQuestion = {},
): Promise<DoorAnswer> {
  const { method = 'GET', headers = {}, body, ca } = asked
  const where = typeof at === 'number' ? { host: '127.0.0.1', port: at } : { socketPath: at }
  const send = ca === undefined ? httpRequest : httpsRequest
  const request = send({ ...where, method, path, headers, agent: false, ...(ca === undefined ? {} : { ca }) })
  request.end(body)
  const [response] = await once(request, 'response')
  const words = await text(response)
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    text: words,
    json: () => JSON.parse(words),
  }
}

export interface Called {
  readonly code: number | null
  readonly out: string
  readonly err: string
}

/** Runs a command as a person would, in the world's folder and with its state folder. */
export async function command(
  world: Pick<World, 'dir'>,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Called> {
  const child = spawn(process.execPath, [LAUNCHER, ...args], {
    cwd: world.dir,
    env: { PATH: process.env['PATH'], STATE_DIRECTORY: `${world.dir}/state`, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { code, out, err }
}
