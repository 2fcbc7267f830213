// What a connection leaves behind when it is over: nothing that outlives the next young collection.
import { execFileSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { heapOf, MEASURED } from '../support/heap.ts'
import { startOrigin } from '../support/origin.ts'
import { freePort } from '../support/ports.ts'
import { visit } from '../support/raw.ts'
import { plainConfig } from '../support/stage.ts'
import { startWorld, type World } from '../support/world.ts'

const REQUEST = 'GET / HTTP/1.1\r\nHost: a.test\r\n'

/** So many visitors at once; each comes so many times, one after the other, and asks so often on its connection. */
async function come(port: number, visitors: number, times: number, requests: number): Promise<void> {
  const ask = async (): Promise<void> => {
    for (let time = 0; time < times; time++) {
      await using visitor = await visit({ port })
      for (let left = requests; left > 0; left--) {
        await visitor.send(`${REQUEST}${left === 1 ? 'Connection: close\r\n' : ''}\r\n`)
        expect((await visitor.answer()).status).toBe(200)
      }
    }
  }
  await Promise.all(Array.from({ length: visitors }, ask))
}

/** What `--trace-gc` says of each collection so far: whether it was a young one, and the megabytes that it left. */
function collectionsOf(world: World): readonly { readonly isYoung: boolean; readonly left: number }[] {
  return world.access.flatMap(({ text = '' }) => {
    const found = / ms: (Scavenge|Mark-Compact).* -> ([\d.]+) \(/.exec(text)
    return found === null ? [] : [{ isYoung: found[1] === 'Scavenge', left: Number(found[2]) }]
  })
}

/** Makes lists that stay until V8 believes that all of them do, then others that don't; says how many megabytes are left of these. */
const BELIEVER = `
const payload = n => new Array(100).fill(n)
const make = n => {
  const list = [undefined]
  list[0] = payload(n)
  return list
}
let kept = []
let last
for (let n = 0; n < 400000; n++) {
  kept.push(make(n + 0.5))
  if (kept.length === 100000) kept = []
}
kept.length = 0
gc({ type: 'minor' })
const before = process.memoryUsage().heapUsed
for (let n = 0; n < 200000; n++) last = make(n + 0.5)
gc({ type: 'minor' })
console.log((process.memoryUsage().heapUsed - before) / 1e6)
`

const PRETENURING = fileURLToPath(new URL('../../src/cli/pretenuring.ts', import.meta.url))

/** Runs it in a module, behind a statement, with one thread: otherwise it would depend on when what is compiled meanwhile is done. */
function believer(before: string): number {
  const program = `import { disablePretenuring } from '${PRETENURING}'\n${before}\n${BELIEVER}`
  const flags = ['--expose-gc', '--single-threaded', '--input-type=module', '-e', program]
  return Number(execFileSync(process.execPath, flags, { encoding: 'utf8' }))
}

describe('garbage', () => {
  it('is made old where V8 believes too much, which it can be kept from', () => {
    expect(believer('')).toBeGreaterThan(100)
    expect(believer('disablePretenuring()')).toBeLessThan(2)
  })

  it('of connections that are over is gone with the next young collection, after a full one too', async () => {
    const port = await freePort()
    await using origin = await startOrigin()
    const config = plainConfig(port, `http://127.0.0.1:${origin.port}`)
    await using world = await startWorld({ config, ready: [port], node: ['--trace-gc', ...MEASURED] })
    await come(port, 128, 1, 100)
    // What it finds is old from then on: the tables in which connections are kept, too.
    await heapOf(world)
    const before = collectionsOf(world).length
    await come(port, 64, 500, 1)
    const collections = collectionsOf(world).slice(before)
    // Megabytes that a young collection leaves more than the young one before it.
    const grown = collections.flatMap(({ isYoung, left }, n) => {
      const last = collections[n - 1]
      return isYoung && last?.isYoung === true ? [left - last.left] : []
    })
    expect(grown.length).toBeGreaterThan(1)
    // The first ones find more. When a Set kept the connections, no collection of the whole run left less than 3 more.
    expect(Math.min(...grown)).toBeLessThan(1)
  }, 120_000)
})
