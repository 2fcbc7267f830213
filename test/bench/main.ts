// CPU per request of p2pstream and its peers, measured in turns: npm run bench -- [--log on] [--only ...] [--beside FOLDER] [--loads ...] [--rounds N] [--seconds N]
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { verdicts } from './bars.ts'
import { circumstances, median, short, spread, table } from './figures.ts'
import { LOADS } from './loads.ts'
import { startOrigins } from './origins.ts'
import { beside, PEERS } from './peers.ts'
import { rounded } from './rounds.ts'
import { startRunners } from './runners.ts'
import type { Peer } from './stand.ts'
import { isInstalled, versionOf } from './tools.ts'

const { values } = parseArgs({
  options: {
    log: { type: 'string', default: 'off' },
    only: { type: 'string', default: '' },
    beside: { type: 'string', default: '' },
    loads: { type: 'string', default: '' },
    rounds: { type: 'string', default: '4' },
    seconds: { type: 'string', default: '2' },
  },
})
const names = (list: string): string[] => list.split(',').filter(name => name !== '')
const loads = LOADS.filter(one => values.loads === '' || names(values.loads).includes(one.name))
// nginx is always there: every other figure is a multiple of its.
const chosen = PEERS.filter(
  (one, n) => n === 0 || values.only === '' || names(values.only).some(part => one.name.includes(part)),
)
const peers = [...chosen, ...names(values.beside).map(beside)]

const lose = (peer: Peer, why: string): void => {
  process.stderr.write(`LOST ${peer.name}: ${why}\n`)
  if (peer.name === 'p2pstream') process.exitCode = 1
}

const isHttp2 = loads.some(load => load.protocol === 'h2')
for (const tool of ['wrk', 'taskset', 'nginx', 'openssl', ...(isHttp2 ? ['h2load'] : [])]) {
  if (!isInstalled(tool)) throw new Error(`${tool} is not installed: nothing can be measured without it`)
}
const dir = mkdtempSync(join(tmpdir(), 'p2pstream-bench-'))
await using stack = new AsyncDisposableStack()
stack.defer(() => rmSync(dir, { recursive: true, force: true }))
const origins = stack.use(await startOrigins(join(dir, 'origin')))
const protocols = [...new Set(loads.map(load => load.protocol))]
const runners = await startRunners(
  peers,
  { dir, origins, protocols, isLogging: values.log === 'on', lose },
  stack,
)

const programs = [
  versionOf('nginx', '-v'),
  ...(isInstalled('haproxy') ? [versionOf('haproxy', '-v').split(' ').slice(0, 3).join(' ')] : []),
  ...(isInstalled('caddy') ? [`Caddy ${versionOf('caddy', 'version')}`] : []),
  `Node ${process.versions.node}`,
]
console.log(circumstances(cpus()[0]?.model ?? 'unknown', cpus().length, programs))
console.log(
  `access log ${values.log}; ${values.rounds} rounds of ${values.seconds} s in turns; CPU us per request, median (min..max)\n`,
)
const effort = {
  dir,
  rounds: Number(values.rounds),
  seconds: Number(values.seconds),
  lose: (runner: { readonly peer: Peer }, why: string) => lose(runner.peer, why),
}
for (const load of loads) {
  const samples = await rounded(runners, load, effort)
  const costOf = (name: string): number => {
    const found = [...samples].find(([runner]) => runner.peer.name === name)
    return found === undefined ? Number.NaN : median(found[1])
  }
  const rows = [...samples].map(([runner, micros]) => {
    const { median: middle, min, max } = spread(micros)
    const times = [costOf('nginx'), costOf('nginx tuned')].map(base => short(middle / base))
    return [runner.peer.name, `${short(middle)} (${short(min)}..${short(max)})`, ...times]
  })
  console.log(`${table([[load.name, 'us', '× nginx', '× nginx tuned'], ...rows])}\n`)
  for (const line of verdicts(load.name, values.log, costOf)) console.log(`- ${line}`)
  console.log()
}
