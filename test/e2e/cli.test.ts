// The commands as people and scripts call them: what is printed where, and how they end.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { type Called, runCommand } from '../support/command.ts'
import { freePort } from '../support/ports.ts'
import { pause, until } from '../support/until.ts'
import { LAUNCHER } from '../support/world.ts'

let folder: string

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'p2pstream-cli-')))
})
afterAll(() => rmSync(folder, { recursive: true }))

/** In the folder of the test. */
const call = (
  args: readonly string[],
  { cwd = folder, ...how }: { input?: string; env?: Record<string, string>; cwd?: string } = {},
): Promise<Called> => runCommand(args, cwd, how)

const GOOD = `version: 1
listeners: { web: { protocol: http, bind: 127.0.0.1, port: 8080 } }
upstreams: { orders: { targets: [{ url: "http://127.0.0.1:9000" }] } }
routes:
  api: { listener: web, priority: 5, match: { path_prefix: /api }, forward: { upstream: orders } }
  rest: { listener: web, default: true, forward: { targets: [{ static: { headers: { X-Greeting: "\${env:GREETING}" }, body: hi } }] } }
`
const BAD = GOOD.replace('upstream: orders', 'upstream: order')

function file(name: string, text: string): string {
  writeFileSync(join(folder, name), text)
  return name
}

describe('validate', () => {
  it('is content with a good file, needs no secret, and says so on stdout', async () => {
    const { code, out, err } = await call(['validate', '-c', file('good.yaml', GOOD)])
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(out).toContain('GREETING')
    expect(out).toMatch(/good\.yaml: 1 note\n$/)
  })

  it('asks for secrets where it is told to', async () => {
    const args = ['validate', '-c', file('good.yaml', GOOD), '--require-secrets']
    expect((await call(args)).code).toBe(1)
    expect(await call(args, { env: { GREETING: 'hi' } })).toMatchObject({
      code: 0,
      out: 'good.yaml: valid\n',
    })
    expect(await call(args.slice(0, 3), { env: { P2PSTREAM_REQUIRE_SECRETS: '1' } })).toMatchObject({
      code: 1,
    })
  })

  it('shows a mistake with its place, its line and the nearest word', async () => {
    const { code, out } = await call(['validate', '-c', file('bad.yaml', BAD)])
    expect(code).toBe(1)
    expect(out).toContain('bad.yaml:5:')
    expect(out).toContain('did you mean "orders"?')
    expect(out).toMatch(/\n {4}5 \| {3}api: .*\n {6}\| +\^{5}\n/)
    expect(out).not.toContain('\x1b')
  })

  it('reads stdin, a folder, and the default path', async () => {
    expect(await call(['validate', '-c', '-'], { input: BAD })).toMatchObject({ code: 1, err: '' })
    mkdirSync(join(folder, 'etc'), { recursive: true })
    writeFileSync(join(folder, 'etc/p2pstream.yaml'), GOOD)
    expect(await call(['validate', '-c', 'etc'])).toMatchObject({ code: 0 })
    expect(await call(['validate'], { cwd: join(folder, 'etc') })).toMatchObject({ code: 0 })
    expect(await call(['validate'], { env: { P2PSTREAM_CONFIG: 'etc' } })).toMatchObject({ code: 0 })
  })

  it('prints for programs and for GitHub', async () => {
    const json = await call(['validate', '-c', file('bad.yaml', BAD), '--format', 'json'])
    expect(JSON.parse(json.out)[0]).toMatchObject({
      code: 'name/unknown-upstream',
      severity: 'error',
      pointer: '/routes/api/forward/upstream',
      file: 'bad.yaml',
      line: 5,
    })
    const github = await call(['validate', '-c', 'bad.yaml', '--format=github'])
    expect(github.out).toMatch(/^::error file=bad\.yaml,line=5,/)
  })

  it('fails on a warning where it is told to', async () => {
    const twin =
      '  twin: { listener: web, priority: 5, match: { path_prefix: /api/v1 }, forward: { upstream: orders } }\n'
    const args = ['validate', '-c', file('doubtful.yaml', GOOD + twin)]
    expect(await call(args)).toMatchObject({ code: 0 })
    expect(await call([...args, '--fail-on', 'warning'])).toMatchObject({ code: 1 })
  })

  it.each([
    ['nowhere.yaml', "can't read"],
    ['.', "can't read"],
  ])('ends with 66 for %s', async (name, message) => {
    const { code, err } = await call(['validate', '-c', name])
    expect(code).toBe(66)
    expect(err).toContain(message)
  })
})

describe('explain', () => {
  it('shows the decision with places, for people and for programs', async () => {
    const args = ['explain', 'GET', 'http://localhost:8080/api/x?y=1', '-c', file('good.yaml', GOOD)]
    const text = await call(args)
    expect(text).toMatchObject({ code: 0, err: '' })
    expect(text.out).toMatch(/api +takes it +good\.yaml:5:3/)
    expect(text.out).toContain('forward to http://127.0.0.1:9000 as GET /api/x?y=1')
    const json = JSON.parse((await call([...args, '--format', 'json'])).out)
    expect(json).toMatchObject({
      route: { id: 'api', place: { file: 'good.yaml', line: 5, column: 3 } },
      outcome: { kind: 'forward' },
    })
  })

  it('ends with 1 when no route takes it, no listener gets it, or the file is invalid', async () => {
    const lonely = file('lonely.yaml', GOOD.replace(/ {2}rest: .*\n/, ''))
    const none = await call(['explain', 'GET', 'http://localhost:8080/none', '-c', lonely])
    expect(none).toMatchObject({ code: 1, err: '' })
    expect(none.out).toContain('404 no_route')
    const args = ['explain', 'GET', '/api', '-c', lonely, '--listener', 'wbe']
    expect(await call(args)).toMatchObject({ code: 1, out: '' })
    const invalid = await call(['explain', 'GET', '/', '-c', file('bad.yaml', BAD)])
    expect(invalid.code).toBe(1)
    expect(invalid.err).toContain('name/unknown-upstream')
  })

  it.each([
    [['-H', 'nonsense'], 'is no field'],
    [['--from', 'nobody'], 'is no IP address'],
  ])('with %j is wrong usage', async (flags, message) => {
    const { code, err } = await call(['explain', 'GET', '/', '-c', file('good.yaml', GOOD), ...flags])
    expect(code).toBe(64)
    expect(err).toContain(message)
  })
})

describe('init, schema, version', () => {
  it('a first file is valid, runs as it stands, and is never written over by accident', async () => {
    const made = await call(['init', 'first.yaml'])
    expect(made).toMatchObject({ code: 0, err: '' })
    expect(await call(['validate', '-c', 'first.yaml', '--fail-on', 'warning'])).toMatchObject({
      code: 0,
      out: 'first.yaml: valid\n',
    })
    const text = readFileSync(join(folder, 'first.yaml'), 'utf8')
    writeFileSync(join(folder, 'first.yaml'), 'mine')
    expect(await call(['init', 'first.yaml'])).toMatchObject({ code: 1, out: '' })
    expect(readFileSync(join(folder, 'first.yaml'), 'utf8')).toBe('mine')
    expect(await call(['init', 'first.yaml', '--force'])).toMatchObject({ code: 0 })
    expect(readFileSync(join(folder, 'first.yaml'), 'utf8')).toBe(text)
  })

  it('the comments of a first file are valid once uncommented', async () => {
    await call(['init', 'first.yaml', '--force'])
    const text = readFileSync(join(folder, 'first.yaml'), 'utf8').replace(
      /^ {2}# {3}|^ {2}# (?=app:)/gm,
      match => (match.endsWith('   ') ? '    ' : '  '),
    )
    const { code, out } = await call(['validate', '-c', '-'], { input: text })
    expect({ code, out }).toEqual({ code: 0, out: 'stdin: valid\n' })
    const explained = await call(['explain', 'GET', 'http://app.example.com:8080/app/x', '-c', '-'], {
      input: text,
    })
    expect(explained.out).toContain('forward to http://127.0.0.1:3000 as GET /x')
  })

  it('the schema and the version are what the package holds', async () => {
    const schema = JSON.parse((await call(['schema'])).out)
    expect(schema.$schema).toBe('https://json-schema.org/draft/2020-12/schema')
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'))
    expect((await call(['version'])).out).toMatch(`p2pstream ${version} (`)
    expect(JSON.parse((await call(['version', '--format', 'json'])).out)).toMatchObject({
      version,
      node: process.versions.node,
    })
    expect((await call(['--version'])).out).toBe(`${version}\n`)
  })
})

describe('the command line', () => {
  it('helps, on stdout where it was asked to', async () => {
    const help = await call(['--help'])
    expect(help).toMatchObject({ code: 0, err: '' })
    for (const word of [
      'run',
      'validate',
      'explain',
      'init',
      'schema',
      'version',
      'P2PSTREAM_',
      'SIGHUP',
      '78',
    ]) {
      expect(help.out).toContain(word)
    }
    const lost = await call([])
    expect(lost).toMatchObject({ code: 64, out: '' })
    expect(lost.err).toContain('Commands:')
    for (const command of ['run', 'validate', 'explain', 'init', 'version']) {
      expect((await call([command, '--help'])).out).toContain('Options:')
    }
  })

  it.each([
    [['runn'], 'did you mean run?'],
    [['run', '--confg', 'x'], 'did you mean --config?'],
    [['run', '-c', 'a', '-c', 'b'], '--config is given more than once'],
    [['run', 'extra'], 'no place for "extra"'],
    [['run', '--demo-origin', '70000'], 'is no port'],
    [['validate', '--format', 'xml'], 'one of text, json, github'],
    [['explain', 'GET'], 'an argument is missing'],
  ])('%j is wrong usage', async (args, message) => {
    const { code, out, err } = await call(args)
    expect({ code, out }).toEqual({ code: 64, out: '' })
    expect(err).toContain(message)
  })

  it('is not disturbed by other variables of its prefix', async () => {
    expect(
      await call(['version'], { env: { P2PSTREAM_PROVE: 'full', P2PSTREAM_CONFIG: 'x' } }),
    ).toMatchObject({
      code: 0,
    })
  })
})

describe('run', () => {
  it('does not start on a wrong file: 78, with the finding on stderr', async () => {
    const { code, out, err } = await call(['run', '-c', file('bad.yaml', BAD)])
    expect({ code, out }).toEqual({ code: 78, out: '' })
    expect(err).toContain('did you mean "orders"?')
    expect(err).toMatch(/ {4}5 \| {3}api: /)
  })

  it('does not start without a secret that the file needs', async () => {
    const { code, err } = await call(['run', '-c', file('good.yaml', GOOD)])
    expect(code).toBe(78)
    expect(err).toContain('GREETING')
  })

  it('does not start on a taken port: 78, with the line of the listener', async () => {
    const port = await freePort()
    const other = createServer()
    await new Promise<void>(resolve => other.listen(port, '127.0.0.1', resolve))
    const text = GOOD.replace('8080', String(port))
    const { code, err } = await call(['run', '-c', file('taken.yaml', text)], { env: { GREETING: 'hi' } })
    other.close()
    expect(code).toBe(78)
    expect(err).toMatch(/taken\.yaml:2:\d+ error listener\/cannot-bind/)
  })

  it('ends with 66 when there is nothing to read', async () => {
    expect(await call(['run', '-c', 'nowhere.yaml'])).toMatchObject({ code: 66, out: '' })
  })

  it('serves on when nobody reads its records any more, and still ends at a signal', async () => {
    const port = await freePort()
    const text = GOOD.replace('8080', String(port))
    const child = spawn(process.execPath, [LAUNCHER, 'run', '-c', file('deaf.yaml', text)], {
      cwd: folder,
      env: { GREETING: 'hi' },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let err = ''
    child.stderr.setEncoding('utf8').on('data', (piece: string) => {
      err += piece
    })
    const ended = once(child, 'close')
    onTestFinished(() => void child.kill('SIGKILL'))
    await until('started', () => err.includes('server/started'))
    child.stdout.destroy()
    for (let n = 0; n < 3; n++) {
      expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('hi')
      await pause(600)
    }
    expect(err).toContain('access/dropped')
    child.stderr.destroy()
    child.kill('SIGHUP')
    await pause(600)
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('hi')
    child.kill('SIGTERM')
    expect(await ended).toEqual([0, null])
  })

  it('tells its own mistakes and goes on serving; one before it serves ends it with 70', async () => {
    const port = await freePort()
    const config = file('faulty.yaml', GOOD.replace('8080', String(port)))
    const hook = file(
      'hook.mjs',
      `import { isMainThread } from 'node:worker_threads'
const fail = () => { Promise.reject(new Error('a lost promise')); throw new Error('a thrown error') }
if (isMainThread && process.env.EARLY) setTimeout(fail, 0)
if (isMainThread) process.on('SIGUSR2', () => setTimeout(fail, 0))
`,
    )
    const args = ['--import', `./${hook}`, LAUNCHER, 'run', '-c', config]
    const early = spawn(process.execPath, args, { cwd: folder, env: { GREETING: 'hi', EARLY: '1' } })
    expect(await once(early, 'close')).toEqual([70, null])
    const child = spawn(process.execPath, args, {
      cwd: folder,
      env: { GREETING: 'hi' },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    let err = ''
    child.stderr.setEncoding('utf8').on('data', (piece: string) => {
      err += piece
    })
    await until('started', () => err.includes('server/started'))
    child.kill('SIGUSR2')
    await until('both are told', () => err.includes('a lost promise') && err.includes('a thrown error'))
    expect(err.match(/"event":"internal\/error"/g)).toHaveLength(2)
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('hi')
    child.kill('SIGTERM')
    expect(await once(child, 'close')).toEqual([0, null])
  })

  it('starts a demo origin where it is asked to', async () => {
    const [port, demo] = [await freePort(), await freePort()]
    const text = GOOD.replace('8080', String(port)).replace('9000', String(demo))
    const args = [
      LAUNCHER,
      'run',
      '-c',
      file('demo.yaml', text),
      '--demo-origin',
      String(demo),
      '--log-level',
      'info',
    ]
    const child = spawn(process.execPath, args, {
      cwd: folder,
      env: { GREETING: 'hi' },
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    let err = ''
    child.stderr.setEncoding('utf8').on('data', (piece: string) => {
      err += piece
    })
    await until('started', () => err.includes('server/started'))
    const facts = await (
      await fetch(`http://127.0.0.1:${port}/api/x?y=1`, { method: 'POST', body: 'abc' })
    ).json()
    expect(facts).toMatchObject({ method: 'POST', target: '/api/x?y=1', body_bytes: 3 })
    const events = await fetch(`http://127.0.0.1:${demo}/sse`)
    const { value } = (await events.body?.getReader().read()) ?? {}
    expect(Buffer.from(value ?? '').toString()).toMatch(/^id: 1\ndata: 2/)
    const socket = new WebSocket(`ws://127.0.0.1:${demo}/ws`)
    await once(socket, 'open')
    const long = 'x'.repeat(1000)
    socket.send('hello')
    expect((await once(socket, 'message'))[0].data).toBe('hello')
    socket.send(long)
    expect((await once(socket, 'message'))[0].data).toBe(long)
    socket.close()
    expect((await once(socket, 'close'))[0].wasClean).toBe(true)
    child.kill('SIGINT')
    expect(await once(child, 'close')).toEqual([0, null])
  })
})
