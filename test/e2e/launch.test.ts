// The launcher under a Node that is too old: pretended everywhere, and a real one where the machine has it.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, existsSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePort } from '../support/ports.ts'
import { until } from '../support/until.ts'
import { LAUNCHER } from '../support/world.ts'

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'p2pstream-launch-')))
afterAll(() => rmSync(folder, { recursive: true }))

const SYSTEM_NODE = '/usr/bin/node'

function isOld(node: string): boolean {
  if (!existsSync(node)) return false
  return Number(execFileSync(node, ['-p', 'parseInt(process.versions.node)']).toString()) < 24
}

/** A script that makes this Node say that it is an old one, and then is the launcher. */
function pretender(launcher: string): string {
  const file = join(folder, `pretend-${launcher.replaceAll('/', '-')}.mjs`)
  writeFileSync(
    file,
    `Object.defineProperty(process, 'version', { value: 'v20.20.2' })
Object.defineProperty(process, 'execPath', { value: '/bin/sh' })
process.argv[1] = ${JSON.stringify(launcher)}
await import(${JSON.stringify(launcher)})
`,
  )
  return file
}

interface OldNode {
  readonly name: string
  readonly command: (launcher: string) => readonly [string, string]
}

const OLD: OldNode[] = [
  { name: 'a pretended old Node', command: launcher => [process.execPath, pretender(launcher)] },
  ...(isOld(SYSTEM_NODE)
    ? [{ name: "the machine's old Node", command: (launcher: string) => [SYSTEM_NODE, launcher] as const }]
    : []),
]

interface Started {
  readonly child: ChildProcess
  readonly out: () => string
  readonly err: () => string
}

function start([node, script]: readonly [string, string], args: readonly string[]): Started {
  const child = spawn(node, [script, ...args], { cwd: folder, env: {}, detached: true, timeout: 20_000 })
  let out = ''
  let err = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    out += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    err += text
  })
  return { child, out: () => out, err: () => err }
}

describe.each(OLD)('under $name', ({ command }) => {
  const file = join(folder, 'p.yaml')
  beforeAll(async () => {
    const port = await freePort()
    writeFileSync(
      file,
      `version: 1\nlisteners: { web: { protocol: http, bind: 127.0.0.1, port: ${port} } }\n`,
    )
  })

  it('the installed Node runs the same command and its exit code is passed on', async () => {
    const version = start(command(LAUNCHER), ['version', '--format', 'json'])
    expect(await once(version.child, 'close')).toEqual([0, null])
    expect(JSON.parse(version.out()).node).toBe(process.versions.node)
    const wrong = start(command(LAUNCHER), ['runn', '--x'])
    expect(await once(wrong.child, 'close')).toEqual([64, null])
    expect(wrong.err()).toContain('there is no flag --x')
  })

  it('a signal to the launcher alone reaches the server', async () => {
    const { child, err } = start(command(LAUNCHER), ['run', '-c', file])
    await until('started', () => err().includes('server/started'))
    child.kill('SIGHUP')
    await until('reloaded', () => err().includes('config/unchanged'))
    child.kill('SIGTERM')
    expect(await once(child, 'close')).toEqual([0, null])
    expect(err()).toContain('server/stopped')
  })

  it("a terminal's signal to both of them is one signal", async () => {
    const { child, err } = start(command(LAUNCHER), ['run', '-c', file])
    await until('started', () => err().includes('server/started'))
    process.kill(-(child.pid ?? 0), 'SIGINT')
    expect(await once(child, 'close')).toEqual([0, null])
    expect(err()).toContain('server/stopped')
  })

  it('a server whose launcher was killed ends by itself', async () => {
    const { child, err } = start(command(LAUNCHER), ['run', '-c', file])
    await until('started', () => err().includes('server/started'))
    child.kill('SIGKILL')
    // The pipe of stderr closes when the last process that holds it has ended.
    await once(child, 'close')
    expect(err()).toContain('server/stopped')
  })

  it('a missing Node is told, with what to do', async () => {
    const alone = join(folder, 'launch.mjs')
    copyFileSync(LAUNCHER, alone)
    const { child, err } = start(command(alone), ['version'])
    expect(await once(child, 'close')).toEqual([70, null])
    expect(err()).toContain('needs Node.js 24.15 or newer; this is v')
    expect(err()).toMatch(/npm ci|Install a newer/)
  })
})

it('a new enough Node runs main.js where there is no main.ts', async () => {
  copyFileSync(LAUNCHER, join(folder, 'built.mjs'))
  writeFileSync(
    join(folder, 'main.js'),
    "process.stdout.write('built ' + process.argv[2]); process.exitCode = 3\n",
  )
  const { child, out } = start([process.execPath, join(folder, 'built.mjs')], ['x'])
  expect(await once(child, 'close')).toEqual([3, null])
  expect(out()).toBe('built x')
})
