// Large files: how long `validate` takes beside `nginx -t`, how long a reload takes, and whether visitors notice it.
// node test/bench/validate.ts [--routes 10000,100000] [--rounds 3]
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { freePort } from '../support/ports.ts'
import { ask, visit } from '../support/raw.ts'
import { pause, until } from '../support/until.ts'
import { LAUNCHER, startWorld, type World } from '../support/world.ts'
import { nginxCrowd, p2pstreamCrowd } from './crowd.ts'
import { median, short, spread, table } from './figures.ts'
import type { LoopLine } from './loop-hook.ts'
import { isInstalled } from './tools.ts'

const { values } = parseArgs({
  options: {
    routes: { type: 'string', default: '10000,100000' },
    rounds: { type: 'string', default: '3' },
  },
})
const rounds = Number(values.rounds)
const HOOK = fileURLToPath(new URL('loop-hook.ts', import.meta.url))
const dir = mkdtempSync(join(tmpdir(), 'p2pstream-validate-'))
process.on('exit', () => rmSync(dir, { recursive: true, force: true }))

/** CPU seconds of the children that ended; the kernel counts in hundredths. */
function childSeconds(): number {
  const fields = readFileSync('/proc/self/stat', 'latin1').split(') ')[1]?.split(' ') ?? []
  return (Number(fields[13]) + Number(fields[14])) / 100
}

interface Time {
  readonly wall: number
  readonly cpu: number
}

function secondsOf(command: string, flags: readonly string[]): Time {
  const begun = performance.now()
  const spent = childSeconds()
  const { status, stderr, stdout } = spawnSync(command, flags, { encoding: 'utf8', maxBuffer: 64 << 20 })
  if (status !== 0)
    throw new Error(`${command} said ${status}: ${stdout.slice(0, 1000)}${stderr.slice(0, 1000)}`)
  return { wall: (performance.now() - begun) / 1000, cpu: childSeconds() - spent }
}

function repeated(measure: () => Time): Time {
  const times = Array.from({ length: rounds }, measure)
  return { wall: median(times.map(time => time.wall)), cpu: median(times.map(time => time.cpu)) }
}

const shown = ({ wall, cpu }: Time): string => `${short(wall)} s, ${short(cpu)} s of CPU`

async function validateRow(count: number): Promise<string[]> {
  const port = await freePort()
  const ours = join(dir, 'p2pstream.yaml')
  const theirs = join(dir, 'nginx.conf')
  writeFileSync(ours, p2pstreamCrowd(port, count, 'start'))
  writeFileSync(theirs, nginxCrowd(dir, port, count))
  const time = repeated(() => secondsOf(process.execPath, [LAUNCHER, 'validate', '-c', ours]))
  if (!isInstalled('nginx')) return [String(count), shown(time), 'not installed', '–']
  const nginx = repeated(() => secondsOf('nginx', ['-t', '-q', '-c', theirs, '-e', join(dir, 'error.log')]))
  return [String(count), shown(time), shown(nginx), short(time.cpu / nginx.cpu)]
}

async function longestPause(world: World): Promise<number> {
  const before = world.told('test/loop')
  world.signal('SIGUSR2')
  await until('the pause is told', () => world.told('test/loop') > before)
  const line = world.events.findLast(one => one.event === 'test/loop') as LoopLine | undefined
  return line?.pause ?? Number.NaN
}

/** Asks every 2 ms; `longest` forgets what it tells. */
async function startAsking(port: number): Promise<{ longest(): number; stop(): Promise<void> }> {
  let longest = 0
  let isOver = false
  const visitor = await visit({ port })
  const asking = (async () => {
    while (!isOver) {
      const begun = performance.now()
      await visitor.send('GET /marker HTTP/1.1\r\nHost: a\r\n\r\n')
      await visitor.answer()
      longest = Math.max(longest, performance.now() - begun)
      await pause(2)
    }
    visitor.socket.destroy()
  })()
  return {
    longest() {
      const told = longest
      longest = 0
      return told
    },
    async stop() {
      isOver = true
      await asking
    },
  }
}

function milliseconds(values: readonly number[]): string {
  const { median: middle, min, max } = spread(values)
  return `${short(middle)} (${short(min)}..${short(max)}) ms`
}

async function reloadRow(count: number): Promise<string[]> {
  const port = await freePort()
  const config = (marker: string): string => p2pstreamCrowd(port, count, marker)
  await using world = await startWorld({ config: config('start'), ready: [port], node: ['--import', HOOK] })
  const asking = await startAsking(port)
  await pause(1000)
  // The start's own pauses are told, and forgotten, before anything counts.
  await longestPause(world)
  asking.longest()
  await pause(1000)
  const quiet = { latency: asking.longest(), pause: await longestPause(world) }
  const reloads = { seconds: [] as number[], latency: [] as number[], pause: [] as number[] }
  for (let n = 0; n < rounds; n++) {
    const begun = performance.now()
    world.rewrite(config(`edit ${n}`))
    const isLive = async (): Promise<boolean> =>
      (await ask('/marker', { port })).body.toString() === `edit ${n}`
    await until('the edit is live', isLive, 120_000)
    reloads.seconds.push((performance.now() - begun) / 1000)
    await pause(500)
    reloads.latency.push(asking.longest())
    reloads.pause.push(await longestPause(world))
  }
  await asking.stop()
  return [
    String(count),
    `${short(median(reloads.seconds))} s`,
    `${milliseconds(reloads.pause)}, ${short(quiet.pause)} without`,
    `${milliseconds(reloads.latency)}, ${short(quiet.latency)} without`,
  ]
}

const counts = values.routes.split(',').map(Number)
const validated: string[][] = []
for (const count of counts) validated.push(await validateRow(count))
console.log(`${table([['routes', 'validate, start included', 'nginx -t', '× CPU'], ...validated])}\n`)
const reloaded: string[][] = []
for (const count of counts) reloaded.push(await reloadRow(count))
const head = ['routes', 'edit to live', 'longest pause of the event loop', 'longest wait of a visitor']
console.log(`${table([head, ...reloaded])}\n`)
