// slowhttptest, the attacker that scanners use, in its four modes: the service stays, and who is too slow goes.
import { execFile, spawnSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import type { Turn } from '../support/origin.ts'
import { type Stage, startStage } from '../support/stage.ts'
import { pause, until } from '../support/until.ts'

const run = promisify(execFile)
const isInstalled = spawnSync('slowhttptest', ['-h']).error === undefined
if (!isInstalled) console.warn('slowhttptest is not installed: its tests are skipped')

const CROWD = 150
const SECONDS = 10
/** Seconds that an ordinary visitor waits, on a machine that does other things too. */
const PATIENCE = 5
const LISTENER = 'limits: { header_timeout: 3s, body_idle_timeout: 3s, write_idle_timeout: 3s }'
const BIG = Buffer.alloc(8 << 20, 'x')

/** What the attacker saw in one second. */
interface Second {
  readonly closed: number
  readonly connected: number
  readonly isAvailable: boolean
}

async function attack(stage: Stage, flags: readonly string[], length: number): Promise<Second[]> {
  const prefix = join(stage.world.dir, 'attack')
  const common = [
    '-c',
    `${CROWD}`,
    '-r',
    '100',
    '-l',
    `${length}`,
    '-p',
    `${PATIENCE}`,
    '-g',
    '-o',
    prefix,
    '-v',
    '0',
  ]
  await run('slowhttptest', [...common, ...flags])
  const [, ...rows] = readFileSync(`${prefix}.csv`, 'latin1').trim().split('\n')
  return rows.map(row => {
    const [, closed = 0, , connected = 0, available = 0] = row.split(',').map(Number)
    return { closed, connected, isAvailable: available > 0 }
  })
}

/** The longest that an ordinary visitor waits, asking all the time until `isOver`. */
async function longestWait(stage: Stage, isOver: () => boolean): Promise<number> {
  let longest = 0
  while (!isOver()) {
    const start = performance.now()
    const reply = await stage.ask('/quick')
    expect(`${reply.status} ${reply.body}`).toBe('200 quick')
    longest = Math.max(longest, performance.now() - start)
    await pause(50)
  }
  return longest
}

interface Endured {
  readonly seconds: readonly Second[]
  /** Descriptors above the usual, two seconds before the end. */
  readonly held: number
  /** The fewest of them after there were most, while the attack goes on. */
  readonly left: number
}

/** Looks at a number that rises and falls, until `isOver`; the lowest after its highest. */
async function lowestAfterPeak(look: () => number, isOver: () => boolean): Promise<number> {
  let [peak, left] = [0, Number.POSITIVE_INFINITY]
  while (!isOver()) {
    const now = look()
    left = now > peak ? now : Math.min(left, now)
    peak = Math.max(peak, now)
    await pause(50)
  }
  return left
}

/** The attack and the ordinary visitor beside it; descriptors come back afterwards. */
async function endure(
  flags: (port: number) => readonly string[],
  isSecure = false,
  length = SECONDS,
): Promise<Endured> {
  await using stage = await startStage({
    isSecure,
    listener: LISTENER,
    target: 'peer: { idle_timeout: 1s }',
  })
  stage.origin.on('/quick', turn => turn.answer(200, [], 'quick'))
  // It takes a service for lost whose first line doesn't end with OK.
  const given = async (turn: Turn, body: Buffer): Promise<void> => {
    await turn.body()
    await turn.write(`HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n`)
    if (turn.request.method !== 'HEAD') await turn.write(body)
  }
  stage.origin.on('/big', turn => given(turn, BIG))
  for (const path of ['/', '/up']) stage.origin.on(path, turn => given(turn, Buffer.from('here')))
  const descriptors = (): number => readdirSync(`/proc/${stage.world.pid}/fd`).length
  await stage.ask('/quick')
  await until('the origin is let go', () => stage.origin.open.size === 0)
  const before = descriptors()
  let isOver = false
  const waiting = longestWait(stage, () => isOver)
  const attacking = attack(stage, flags(stage.port), length)
  const held = pause((length - 2) * 1000).then(() => descriptors() - before)
  // The attacker lets go of everything at its end, which is not before that.
  const end = performance.now() + length * 1000
  const left = lowestAfterPeak(
    () => descriptors() - before,
    () => isOver || performance.now() > end,
  )
  const seconds = await attacking
  isOver = true
  const longest = await waiting
  expect(longest).toBeLessThan(PATIENCE * 1000)
  expect(seconds.filter(second => !second.isAvailable)).toEqual([])
  expect(Math.max(...seconds.map(second => second.connected + second.closed))).toBeGreaterThan(CROWD / 2)
  await until('all descriptors are back', () => descriptors() <= before, 8000)
  expect(stage.world.told('internal/error')).toBe(0)
  return { seconds, held: await held, left: await left }
}

describe.skipIf(!isInstalled)('slowhttptest', () => {
  it.each([
    ['in the clear', 'http', false],
    ['over TLS', 'https', true],
  ])('slow heads (-H) %s are closed after header_timeout, however they drip', async (_, scheme, isSecure) => {
    const how = ['-H', '-i', '1', '-x', '8']
    const { seconds } = await endure(port => [...how, '-u', `${scheme}://127.0.0.1:${port}/`], isSecure)
    // It ends by itself once no connection is left.
    expect(seconds.length).toBeLessThan(SECONDS)
    expect(seconds[1]?.closed).toBe(0)
  })

  it('slow bodies (-B) that drip are held, and hold nobody else up', async () => {
    const how = ['-i', '1', '-s', '65536', '-x', '8']
    const { held } = await endure(port => ['-B', ...how, '-u', `http://127.0.0.1:${port}/up`])
    expect(held).toBeGreaterThanOrEqual(CROWD)
  })

  it('ranges (-R), a thousand of them in one head, are just a field', async () => {
    await endure(port => ['-R', '-a', '1', '-b', '1000', '-t', 'HEAD', '-u', `http://127.0.0.1:${port}/big`])
  })

  // What the kernel holds for them already they may read on for hours; here they are gone.
  it('slow readers (-X) are let go after write_idle_timeout', async () => {
    const how = ['-w', '64', '-y', '512', '-n', '1', '-z', '32', '-k', '1']
    const { left } = await endure(port => ['-X', ...how, '-u', `http://127.0.0.1:${port}/big`], false, 15)
    expect(left).toBeLessThan(CROWD / 10)
  })
})
