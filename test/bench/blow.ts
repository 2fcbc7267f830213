// One run of a load generator from its core: wrk for HTTP/1.1, h2load for HTTP/2.
import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { BROWSER_FIELDS, HOST, type Load, wrkScript } from './loads.ts'
import { LOAD_CORE } from './tools.ts'

const run = promisify(execFile)

export interface Blow {
  readonly requests: number
  /** Socket errors and answers other than 2xx. */
  readonly errors: number
}

/** Milliseconds after which a generator is ended, and its run lost. */
const PATIENCE = 60_000
/** h2load is given a number in place of a time: one whose handshakes take longer than its time never ends. */
const H2_REQUESTS_PER_SECOND = 10_000

const sum = (counts: readonly (string | undefined)[]): number =>
  counts.reduce((total, count) => total + Number(count ?? 0), 0)

async function pinned(...command: string[]): Promise<string> {
  const { stdout } = await run('taskset', ['-c', String(LOAD_CORE), ...command], { timeout: PATIENCE })
  return stdout
}

async function wrk(dir: string, port: number, load: Load, seconds: number): Promise<Blow> {
  const script = join(dir, `${load.name}.lua`)
  writeFileSync(script, wrkScript(load))
  const how = ['-t1', `-c${load.connections}`, `-d${seconds}s`, '--timeout', '10s', '-s', script]
  const stdout = await pinned('wrk', ...how, `${load.protocol}://${HOST}:${port}/`)
  const requests = /(\d+) requests in/.exec(stdout)?.[1]
  if (requests === undefined) throw new Error(`wrk said nothing about requests:\n${stdout}`)
  const sockets = /Socket errors: connect (\d+), read (\d+), write (\d+), timeout (\d+)/.exec(stdout)
  const others = /Non-2xx or 3xx responses: (\d+)/.exec(stdout)?.[1]
  return { requests: Number(requests), errors: sum([...(sockets?.slice(1) ?? []), others]) }
}

async function h2load(port: number, load: Load, seconds: number): Promise<Blow> {
  const count = `-n${H2_REQUESTS_PER_SECOND * seconds}`
  const how = ['-t1', `-c${load.connections}`, `-m${load.streams}`, count, '--npn-list=h2']
  const fields = BROWSER_FIELDS.flatMap(([name, value]) => ['-H', `${name.toLowerCase()}: ${value}`])
  const place = [`--connect-to=127.0.0.1:${port}`, `https://${HOST}${load.path}`]
  const stdout = await pinned('h2load', ...how, ...fields, ...place)
  const counts = /(\d+) done, \d+ succeeded, (\d+) failed, (\d+) errored, (\d+) timeout/.exec(stdout)
  const statuses = /status codes: \d+ 2xx, (\d+) 3xx, (\d+) 4xx, (\d+) 5xx/.exec(stdout)
  if (counts === null || statuses === null || Number(counts[1]) === 0)
    throw new Error(`h2load said nothing about requests:\n${stdout}`)
  return { requests: Number(counts[1]), errors: sum([...counts.slice(2), ...statuses.slice(1)]) }
}

/** Blows at `port` for a while; what the generators read is written into `dir`. */
export function blow(dir: string, port: number, load: Load, seconds: number): Promise<Blow> {
  return load.protocol === 'h2' ? h2load(port, load, seconds) : wrk(dir, port, load, seconds)
}
