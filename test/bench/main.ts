// CPU per request of p2pstream and its peers, measured in turns: npm run bench -- [--log on] [--only ...] [--loads ...] [--rounds N] [--seconds N]
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { freePort } from '../support/ports.ts'
import { cpuNanoseconds } from '../support/process-figures.ts'
import { faultsOf } from './bytes.ts'
import { circumstances, median, type Sample, short, spread, table } from './figures.ts'
import { LOADS, type Load, wrkScript } from './loads.ts'
import { startOrigins } from './origins.ts'
import { PEERS, type Peer } from './peers.ts'
import { blow, isInstalled, type Started, start, versionOf } from './tools.ts'

const { values } = parseArgs({
  options: {
    log: { type: 'string', default: 'off' },
    only: { type: 'string', default: '' },
    loads: { type: 'string', default: '' },
    rounds: { type: 'string', default: '4' },
    seconds: { type: 'string', default: '2' },
  },
})
const isLogging = values.log === 'on'
const rounds = Number(values.rounds)
const seconds = Number(values.seconds)
const chosen = (name: string, list: string): boolean =>
  list === '' || list.split(',').some(part => name.includes(part.trim()))

interface Runner {
  readonly peer: Peer
  readonly port: number
  readonly started: Started
}

const say = (text: string): void => void process.stderr.write(`${text}\n`)

for (const tool of ['wrk', 'taskset', 'nginx']) {
  if (!isInstalled(tool)) throw new Error(`${tool} is not installed: nothing can be measured without it`)
}
const dir = mkdtempSync(join(tmpdir(), 'p2pstream-bench-'))
await using stack = new AsyncDisposableStack()
stack.defer(() => rmSync(dir, { recursive: true, force: true }))
const origins = stack.use(await startOrigins(join(dir, 'origin')))

const runners: Runner[] = []
// nginx is always there: every other figure is a multiple of its.
for (const peer of PEERS.filter((one, n) => n === 0 || chosen(one.name, values.only))) {
  if (peer.program !== undefined && !isInstalled(peer.program)) {
    say(`SKIPPED ${peer.name}: ${peer.program} is not installed`)
    continue
  }
  const port = await freePort()
  const home = join(dir, peer.name.replace(/\W/g, '-'))
  mkdirSync(home)
  const stand = { dir: home, port, originPort: origins.originPort, checkPort: origins.checkPort, isLogging }
  const started = stack.use(await start(peer.start(stand)))
  const faults = await faultsOf(port, origins).catch((error: unknown) => [String(error)])
  if (faults.length > 0) {
    say(`SKIPPED ${peer.name}: it does not hand on the right bytes\n  ${faults.join('\n  ')}`)
    if (peer.name === 'p2pstream') process.exitCode = 1
    continue
  }
  runners.push({ peer, port, started })
}

async function measure(runner: Runner, load: Load, time: number): Promise<Sample> {
  const before = cpuNanoseconds(runner.started.pid)
  const { requests, errors } = await blow(runner.port, join(dir, `${load.name}.lua`), load.connections, time)
  const spent = cpuNanoseconds(runner.started.pid) - before
  if (errors > 0)
    throw new Error(`${runner.peer.name} failed ${errors} of ${requests} requests of ${load.name}`)
  return { micros: spent / 1000 / requests, requests }
}

/** Samples by runner; a round in which nginx is far off its own median says more about the machine and is repeated. */
async function rounded(load: Load): Promise<Map<Runner, number[]>> {
  const taken: Map<Runner, number>[] = []
  const lost = new Set<Runner>()
  const round = async (): Promise<void> => {
    const one = new Map<Runner, number>()
    for (const runner of runners) {
      if (lost.has(runner)) continue
      try {
        one.set(runner, (await measure(runner, load, seconds)).micros)
      } catch (error) {
        say(`LOST ${error instanceof Error ? error.message : String(error)}`)
        lost.add(runner)
        if (runner.peer.name === 'p2pstream') process.exitCode = 1
      }
    }
    taken.push(one)
  }
  const [nginx] = runners
  if (nginx === undefined) throw new Error('nginx is missing')
  const isOff = (one: Map<Runner, number>): boolean => {
    const middle = median(taken.map(other => other.get(nginx) ?? Number.NaN))
    return Math.abs((one.get(nginx) ?? middle) / middle - 1) > 0.15
  }
  for (const runner of runners) await measure(runner, load, 1).catch(() => undefined)
  while (taken.length < rounds) await round()
  for (let spare = rounds; spare > 0 && taken.some(isOff); spare--) {
    taken.splice(taken.findIndex(isOff), 1)
    await round()
  }
  return new Map(
    runners
      .filter(runner => !lost.has(runner))
      .map(runner => [runner, taken.map(one => one.get(runner) ?? Number.NaN)]),
  )
}

const programs = [
  versionOf('nginx', '-v'),
  ...(isInstalled('haproxy') ? [versionOf('haproxy', '-v').split(' ').slice(0, 3).join(' ')] : []),
  ...(isInstalled('caddy') ? [`Caddy ${versionOf('caddy', 'version')}`] : []),
  `Node ${process.versions.node}`,
]
console.log(circumstances(cpus()[0]?.model ?? 'unknown', cpus().length, programs))
console.log(
  `access log ${values.log}; ${rounds} rounds of ${seconds} s in turns; CPU us per request, median (min..max)\n`,
)
for (const load of LOADS.filter(one => chosen(one.name, values.loads))) {
  writeFileSync(join(dir, `${load.name}.lua`), wrkScript(load))
  const samples = await rounded(load)
  const medianOf = (name: string): number => {
    const found = [...samples].find(([runner]) => runner.peer.name === name)
    return found === undefined ? Number.NaN : median(found[1])
  }
  const rows = [...samples].map(([runner, micros]) => {
    const { median: middle, min, max } = spread(micros)
    const times = [medianOf('nginx'), medianOf('nginx tuned')].map(base => short(middle / base))
    return [runner.peer.name, `${short(middle)} (${short(min)}..${short(max)})`, ...times]
  })
  console.log(`${table([[load.name, 'us', '× nginx', '× nginx tuned'], ...rows])}\n`)
}
