// What a large table of routes costs a request: time and allocation of a match, and what the whole program does for one.
// node test/bench/routes.ts [--routes 10,10000,100000]
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { routerSteps } from '../../src/snapshot/router.ts'
import { freePort } from '../support/ports.ts'
import { visit } from '../support/raw.ts'
import { finish, routeOf } from '../support/routes.ts'
import { until } from '../support/until.ts'
import { median, short, table } from './figures.ts'
import { startOrigins } from './origins.ts'
import { PROXY_CORE, start } from './tools.ts'

const { values } = parseArgs({ options: { routes: { type: 'string', default: '10,10000,100000' } } })
const counts = values.routes.split(',').map(Number)
const dir = mkdtempSync(join(tmpdir(), 'p2pstream-routes-'))
await using stack = new AsyncDisposableStack()
stack.defer(() => rmSync(dir, { recursive: true, force: true }))
const origins = stack.use(await startOrigins(join(dir, 'origin')))

const PER_HOST = 5
const SOME = 1000
const hostOf = (n: number): string => `host-${Math.floor(n / PER_HOST)}.example.test`
const pathOf = (n: number): string => `/part-${n % PER_HOST}`

/** Nanoseconds and bytes of a match, for requests to random routes whose strings nobody has seen before. */
function matchCost(count: number): { readonly nanoseconds: number; readonly bytes: number } {
  const routes = Array.from({ length: count }, (_, n) =>
    routeOf(`r${n}`, { host: [hostOf(n)], prefix: [pathOf(n)] }),
  )
  const router = finish(routerSteps(routes))
  const times: number[] = []
  const grown: number[] = []
  for (let round = 0; round < 200; round++) {
    const requests = Array.from({ length: SOME }, () => {
      const n = Math.floor(Math.random() * count)
      const fresh = (text: string): string => Buffer.from(text, 'latin1').toString('latin1')
      return { host: fresh(hostOf(n)), decodedPath: fresh(`${pathOf(n)}/x`), method: 'GET' }
    })
    const before = process.memoryUsage().heapUsed
    const started = performance.now()
    let found = 0
    for (const request of requests) if (router.find(request) !== undefined) found++
    times.push(((performance.now() - started) * 1e6) / SOME)
    grown.push((process.memoryUsage().heapUsed - before) / SOME)
    if (found !== SOME) throw new Error('a request found no route')
  }
  return { nanoseconds: Math.min(...times), bytes: median(grown) }
}

function config(port: number, count: number): string {
  const routes = Array.from(
    { length: count },
    (_, n) =>
      `  r${n}: { listener: web, match: { host: ${hostOf(n)}, path_prefix: ${pathOf(n)} }, rewrite: { strip_prefix: ${pathOf(n)} }, forward: { upstream: origin } }`,
  )
  return `version: 1
logging: { level: warn, access: { enabled: false } }
listeners: { web: { protocol: http, bind: 127.0.0.1, port: ${port} } }
upstreams: { origin: { targets: [{ url: "http://127.0.0.1:${origins.originPort}" }] } }
routes:
${routes.join('\n')}
`
}

interface Use {
  readonly reads: number
  readonly writes: number
  readonly bytes: number
}

/** System calls and bytes of heap that the program needs for one kept request of 1 KiB. */
async function programCost(count: number): Promise<Use> {
  const port = await freePort()
  const file = join(dir, `${count}.yaml`)
  const output = join(dir, `${count}.out`)
  writeFileSync(file, config(port, count))
  // Nothing is collected between two looks at a young generation of this size.
  const flags = ['--max-semi-space-size=256', '--min-semi-space-size=256', '--import', beside('heap-hook.ts')]
  const command = [process.execPath, ...flags, beside('../../src/launch.js'), 'run', '-c', file]
  await using program = await start({ core: PROXY_CORE, command, ports: [port], output, cwd: dir })
  await using visitor = await visit({ port })
  const n = count >> 1
  const ask = async (times: number): Promise<void> => {
    for (let turn = 0; turn < times; turn++) {
      await visitor.send(`GET ${pathOf(n)}/1k HTTP/1.1\r\nHost: ${hostOf(n)}\r\n\r\n`)
      const { status } = await visitor.answer()
      if (status !== 200) throw new Error(`answered ${status}`)
    }
  }
  const heaps = (): number[] =>
    [...readFileSync(output, 'utf8').matchAll(/heap (\d+)/g)].map(found => Number(found[1]))
  const look = async (): Promise<Use> => {
    const before = heaps().length
    process.kill(program.pid, 'SIGUSR2')
    await until('the heap is told', () => heaps().length > before)
    const calls = readFileSync(`/proc/${program.pid}/io`, 'utf8')
    const called = (name: string): number => Number(new RegExp(`${name}: (\\d+)`).exec(calls)?.[1])
    return { reads: called('syscr'), writes: called('syscw'), bytes: heaps().at(-1) ?? Number.NaN }
  }
  await ask(20_000)
  const uses: Use[] = []
  for (let round = 0; round < 9; round++) {
    const before = await look()
    await ask(SOME)
    const after = await look()
    uses.push({
      reads: (after.reads - before.reads) / SOME,
      writes: (after.writes - before.writes) / SOME,
      bytes: (after.bytes - before.bytes) / SOME,
    })
  }
  const middle = (of: keyof Use): number => median(uses.map(use => use[of]))
  return { reads: middle('reads'), writes: middle('writes'), bytes: middle('bytes') }
}

function beside(file: string): string {
  return fileURLToPath(new URL(file, import.meta.url))
}

const rows: string[][] = []
for (const count of counts) {
  const match = matchCost(count)
  const use = await programCost(count)
  rows.push([
    String(count),
    `${short(match.nanoseconds)} ns`,
    `${short(match.bytes)} B`,
    use.reads.toFixed(2),
    use.writes.toFixed(2),
    `${short(use.bytes / 1024)} KiB`,
  ])
}
const head = ['routes', 'a match', 'its heap', 'reads a request', 'writes a request', 'heap a request']
console.log(table([head, ...rows]))
