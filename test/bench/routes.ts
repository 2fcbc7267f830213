// What a large table of routes costs a request: time and allocation of a match, and what the whole program does for one.
// node test/bench/routes.ts [--routes 10,10000,100000]
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { routerSteps } from '../../src/snapshot/router.ts'
import { freePort } from '../support/ports.ts'
import { finish, routeOf } from '../support/routes.ts'
import { median, short, table } from './figures.ts'
import { startOrigins } from './origins.ts'
import { type RequestCost, requestCost } from './request-cost.ts'

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

async function programCost(count: number): Promise<RequestCost> {
  const port = await freePort()
  const n = count >> 1
  const request = `GET ${pathOf(n)}/1k HTTP/1.1\r\nHost: ${hostOf(n)}\r\n\r\n`
  return requestCost({ dir, name: String(count), config: config(port, count), port, request })
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
