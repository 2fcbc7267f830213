// How a running server is doing.
import { askServer } from './ask-server.ts'
import { columns } from './columns.ts'
import type { Environment } from './environment.ts'
import { EXIT } from './exit-codes.ts'
import type { ServerFlags } from './find-server.ts'
import { printResult } from './print.ts'

export interface StatusFlags extends ServerFlags {
  readonly format: 'text' | 'json'
}

/** What `/api/status` says. */
export interface Status {
  readonly version: string
  readonly build?: string
  readonly node: string
  readonly pid: number
  readonly started_at: string
  readonly ready: boolean
  readonly config: {
    readonly file: string
    readonly generation: number
    readonly revision?: string
    readonly applied_at?: string
    readonly last?: string
    readonly errors?: number
    readonly warnings?: number
  }
  readonly requests_in_flight: number
  readonly listeners: readonly {
    readonly id: string
    readonly address: string
    readonly connections: number
    readonly requests_in_flight: number
  }[]
  readonly routes: number
  readonly pools: number
  readonly unsafe: readonly { readonly what: string; readonly at: string }[]
}

const count = (number: number, word: string): string => `${number} ${word}${number === 1 ? '' : 's'}`

function lastLine({ last, errors = 0, warnings = 0 }: Status['config']): string {
  switch (last) {
    case 'rejected':
      return `the file has changed since and can't be used: ${count(errors, 'error')}; \`p2pstream validate\` shows them`
    case 'failed':
      return 'the last load failed by a mistake of this program; the log tells more'
    default:
      return warnings === 0
        ? 'the file is what runs'
        : `the file is what runs, with ${count(warnings, 'warning')}`
  }
}

/** For people. */
export function statusText(status: Status): string {
  const { config, listeners, unsafe } = status
  const build = status.build === undefined ? '' : `revision ${status.build.slice(0, 12)}, `
  const lines = [
    `p2pstream ${status.version} (${build}Node.js ${status.node}), pid ${status.pid}, since ${status.started_at}`,
    status.ready ? 'ready' : 'not ready: starting or draining',
    `config ${config.file}, generation ${config.generation}, live since ${config.applied_at ?? 'never'}`,
    `  ${lastLine(config)}`,
    `  ${count(status.routes, 'route')}, ${count(status.pools, 'pool')}`,
    `${count(status.requests_in_flight, 'request')} under way`,
    '',
    'listeners',
    ...columns(
      listeners.map(({ id, address, connections, requests_in_flight: requests }) => [
        id,
        address,
        count(connections, 'connection'),
        count(requests, 'request'),
      ]),
    ),
    ...(unsafe.length === 0
      ? []
      : ['', 'unsafe settings in use', ...columns(unsafe.map(one => [one.what, one.at]))]),
  ]
  return `${lines.join('\n')}\n`
}

/** `p2pstream status`. */
export async function showStatus(flags: StatusFlags, environment: Environment): Promise<number> {
  const asked = await askServer(flags, environment, { method: 'GET', path: '/api/status' })
  if (!asked.ok) return asked.exitCode
  await printResult(
    flags.format === 'json'
      ? `${JSON.stringify(asked.body, undefined, 2)}\n`
      : statusText(asked.body as Status),
  )
  return EXIT.yes
}
