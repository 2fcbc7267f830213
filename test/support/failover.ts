// Three origins that can fail in every way, the program before them with checks on, and visitors who go on asking.
import { type FrailOrigin, startFrailOrigin } from './frail-origin.ts'
import { freePort } from './ports.ts'
import { type SteadyLoad, startSteadyLoad } from './steady-load.ts'
import { until } from './until.ts'
import { startWorld, type World } from './world.ts'

/** Visitors at once, and requests a second. */
export const VISITORS = 24
export const RATE = 500
/** Milliseconds that requests wait for a response's head. */
export const PATIENCE = 1000

export interface Failover extends AsyncDisposable {
  readonly world: World
  readonly load: SteadyLoad
  /** The one that fails; targets have the names of their origins. */
  readonly frail: FrailOrigin
  /** Requests since a moment that an origin answered. */
  servedBy(name: string, since: number): number
  /** When all three have served for a while since then. */
  allServe(since: number): Promise<unknown>
}

/** `retry`: the key of the pool, or nothing. */
export async function startFailover(retry: string): Promise<Failover> {
  await using stack = new AsyncDisposableStack()
  const [a, frail, c] = [
    stack.use(await startFrailOrigin('a')),
    stack.use(await startFrailOrigin('b')),
    stack.use(await startFrailOrigin('c')),
  ]
  const port = await freePort()
  const target = ({ name, port: at }: FrailOrigin): string =>
    `      - { id: ${name}, url: "http://127.0.0.1:${at}", response_header_timeout: ${PATIENCE}ms }\n`
  const world = stack.use(
    await startWorld({
      config: `version: 1
logging: { access: { enabled: false } }
listeners: { web: { protocol: http, bind: 127.0.0.1, port: ${port} } }
upstreams:
  main:
    load_balancing: round_robin
    ${retry}
    health_check: { enabled: true, interval: 1s, timeout: 900ms, healthy_threshold: 1, unhealthy_threshold: 1 }
    targets:
${[a, frail, c].map(target).join('')}
routes: { all: { listener: web, default: true, forward: { upstream: main } } }
`,
      ready: [port],
    }),
  )
  const load = stack.use(startSteadyLoad(port, VISITORS, RATE))
  const servedBy = (name: string, since: number): number =>
    load.outcomes.filter(({ asked, body }) => body === name && asked >= since).length
  const owned = stack.move()
  return {
    world,
    load,
    frail,
    servedBy,
    allServe: since =>
      until('all three serve', () => ['a', 'b', 'c'].every(name => servedBy(name, since) > 30)),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}
