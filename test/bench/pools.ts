// What a pool costs a request, and what its health checks cost by themselves.
// node test/bench/pools.ts [--seconds 20]
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { freePort } from '../support/ports.ts'
import { cpuNanoseconds, residentBytes } from '../support/process-figures.ts'
import { pause } from '../support/until.ts'
import { short, table } from './figures.ts'
import { startOrigins } from './origins.ts'
import { requestCost } from './request-cost.ts'
import { PROXY_CORE, start } from './tools.ts'

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '20' } } })
const seconds = Number(values.seconds)
const dir = mkdtempSync(join(tmpdir(), 'p2pstream-pools-'))
await using stack = new AsyncDisposableStack()
stack.defer(() => rmSync(dir, { recursive: true, force: true }))
const origins = stack.use(await startOrigins(join(dir, 'origin')))

interface Scene {
  readonly name: string
  readonly targets: number
  /** YAML of more keys of the pool. */
  readonly pool: string
}

function config(port: number, { targets, pool }: Scene): string {
  const list = Array.from(
    { length: targets },
    (_, n) => `{ id: t${n}, url: "http://127.0.0.1:${origins.originPort}" }`,
  )
  return `version: 1
logging: { level: warn, access: { enabled: false } }
listeners: { web: { protocol: http, bind: 127.0.0.1, port: ${port} } }
upstreams: { main: { ${pool}, targets: [${list.join(', ')}] } }
routes: { all: { listener: web, default: true, forward: { upstream: main } } }
`
}

const CHECKED = 'health_check: { enabled: true, path: /1k }'

async function costOf(scene: Scene): Promise<string[]> {
  const port = await freePort()
  const request = 'GET /1k HTTP/1.1\r\nHost: a.test\r\n\r\n'
  const cost = await requestCost({
    dir,
    name: scene.name.replaceAll(/\W+/g, '-'),
    config: config(port, scene),
    port,
    request,
  })
  return [scene.name, cost.reads.toFixed(2), cost.writes.toFixed(2), `${cost.bytes.toFixed(0)} B`]
}

/** Microseconds of processor time a second, by quarters of the time, and memory at the end; nobody asks for anything. */
async function idleCost(scene: Scene): Promise<string[]> {
  const port = await freePort()
  const file = join(dir, 'idle.yaml')
  writeFileSync(file, config(port, scene))
  const command = [
    process.execPath,
    fileURLToPath(new URL('../../src/launch.js', import.meta.url)),
    'run',
    '-c',
    file,
  ]
  await using program = await start({ core: PROXY_CORE, command, ports: [port], cwd: dir })
  await pause(10_000)
  const quarters: number[] = []
  for (let quarter = 0; quarter < 4; quarter++) {
    const before = cpuNanoseconds(program.pid)
    const from = performance.now()
    await pause((seconds * 1000) / 4)
    quarters.push((cpuNanoseconds(program.pid) - before) / (performance.now() - from))
  }
  return [
    scene.name,
    ...quarters.map(quarter => short(quarter / 1000)),
    `${short(residentBytes(program.pid) / 2 ** 20)} MiB`,
  ]
}

const requests: string[][] = []
for (const scene of [
  { name: 'one target', targets: 1, pool: 'load_balancing: round_robin' },
  { name: '10, round_robin', targets: 10, pool: 'load_balancing: round_robin' },
  { name: '10, round_robin, checks', targets: 10, pool: `load_balancing: round_robin, ${CHECKED}` },
  { name: '10, least_active_requests', targets: 10, pool: 'load_balancing: least_active_requests' },
  {
    name: '10, least_active_requests, checks',
    targets: 10,
    pool: `load_balancing: least_active_requests, ${CHECKED}`,
  },
])
  requests.push(await costOf(scene))
console.log(table([['pool', 'reads a request', 'writes a request', 'heap a request'], ...requests]))

const idle: string[][] = []
for (const scene of [
  { name: 'none', targets: 200, pool: 'tags: []' },
  { name: '10s', targets: 200, pool: CHECKED },
  { name: '1s', targets: 200, pool: 'health_check: { enabled: true, path: /1k, interval: 1s, timeout: 1s }' },
])
  idle.push(await idleCost(scene))
console.log(
  table([
    ['200 targets, interval', 'ms of CPU a second: 1st quarter', '2nd', '3rd', '4th', 'memory'],
    ...idle,
  ]),
)
