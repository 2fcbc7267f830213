// The management address: by TLS and in plain text, with tokens and without, and through reloads.
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { createServer, connect as dial } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connect } from 'node:tls'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openAuthority } from '../support/certificates.ts'
import { runCommand } from '../support/command.ts'
import { askDoor, command, type DoorAnswer, type DoorQuestion, socketOf } from '../support/door.ts'
import { freePort } from '../support/ports.ts'
import { ask, visit } from '../support/raw.ts'
import { until } from '../support/until.ts'
import { startWorld, type World } from '../support/world.ts'

interface Ports {
  readonly web: number
  readonly door: number
}

const config = ({ web }: Ports, management: string, body = 'one'): string => `version: 1
server: { drain_timeout: 1s, reload: { debounce: 20ms, poll: 0 } }
listeners: { web: { protocol: http, bind: 127.0.0.1, port: ${web} } }
routes: { rest: { listener: web, default: true, forward: { targets: [{ static: { body: ${body} } }] } } }
${management}`

const hashOf = (token: string): string => `sha256:${createHash('sha256').update(token).digest('hex')}`
const bearer = (token: string): DoorQuestion => ({ headers: { Authorization: `Bearer ${token}` } })
const PLAIN = 'tls: { mode: off }'
const TOKENS = `tokens: { ci: { hash: "${hashOf('ci-token')}", scopes: [read, write] }, prom: { hash: "${hashOf('prom-token')}", scopes: [metrics] } }`

async function start(
  management: (ports: Ports) => string,
  files: Readonly<Record<string, string>> = {},
): Promise<{ world: World; ports: Ports }> {
  const ports = { web: await freePort(), door: await freePort() }
  const world = await startWorld({ config: config(ports, management(ports)), files, ready: [ports.web] })
  onTestFinished(() => world[Symbol.asyncDispose]())
  await world.event('server/started')
  return { world, ports }
}

/** Rewrites the file and waits until it is live or refused; the status of the reload. */
async function edit(world: World, text: string): Promise<number> {
  world.rewrite(text)
  return (await askDoor(socketOf(world), '/-/reload', { method: 'POST' })).status
}

const gone = (port: number): Promise<boolean> =>
  askDoor(port, '/-/healthy').then(
    () => false,
    () => true,
  )

describe('without management in the file', () => {
  it('there is no address, and one opens and closes with a reload', async () => {
    const { world, ports } = await start(() => '')
    expect(world.told('management/opened')).toBe(1)
    expect(await edit(world, config(ports, `management: { port: ${ports.door}, ${PLAIN} }`))).toBe(200)
    expect((await askDoor(ports.door, '/-/ready')).status).toBe(200)
    expect(await edit(world, config(ports, ''))).toBe(200)
    await until('the address is gone', () => gone(ports.door))
  })
})

describe('on loopback, in plain text', () => {
  it('reading is free, writing needs a token', async () => {
    const { ports } = await start(({ door }) => `management: { port: ${door}, ${PLAIN}, ${TOKENS} }`)
    for (const path of ['/-/healthy', '/-/ready', '/-/config', '/api/status', '/metrics'])
      expect((await askDoor(ports.door, path)).status, path).toBe(200)
    const post = { method: 'POST' }
    expect((await askDoor(ports.door, '/-/reload', post)).status).toBe(401)
    expect((await askDoor(ports.door, '/-/reload', { ...post, ...bearer('prom-token') })).status).toBe(403)
    expect((await askDoor(ports.door, '/-/reload', { ...post, ...bearer('ci-token') })).status).toBe(200)
    expect((await askDoor(ports.door, '/api/status', bearer('no-token'))).status).toBe(401)
  })

  it('a name of somebody else, a page of another origin and a form get nothing', async () => {
    const { ports } = await start(
      ({ door }) => `management: { port: ${door}, public_url: "https://manage.test", ${PLAIN} }`,
    )
    const withField = (name: string, value: string, more: DoorQuestion = {}): Promise<DoorAnswer> =>
      askDoor(ports.door, '/api/status', { headers: { [name]: value }, ...more })
    expect((await withField('Host', 'rebound.evil.test')).status).toBe(421)
    expect((await withField('Host', 'manage.test')).status).toBe(200)
    expect((await withField('Origin', 'http://evil.test')).status).toBe(403)
    expect((await withField('Sec-Fetch-Site', 'cross-site')).status).toBe(403)
    const form = await askDoor(ports.door, '/api/explain', {
      method: 'POST',
      body: '{"url":"http://a/"}',
      headers: { 'Content-Type': 'text/plain' },
    })
    expect(form.status).toBe(415)
    const answer = await withField('Host', 'localhost')
    expect(Object.keys(answer.headers).filter(name => name.startsWith('access-control-'))).toEqual([])
  })

  it('guessing tokens ends after ten, for that address', async () => {
    const { ports } = await start(({ door }) => `management: { port: ${door}, ${PLAIN}, ${TOKENS} }`)
    const statuses: number[] = []
    for (let n = 0; n < 12; n++)
      statuses.push((await askDoor(ports.door, '/-/config', bearer(`guess-${n}`))).status)
    expect(statuses).toEqual([...Array(10).fill(401), 429, 429])
  })
})

describe('off loopback', () => {
  it('everything but health needs a token, and answers hold no secret', async () => {
    const { world, ports } = await start(
      ({ door }) => `management: { bind: "0.0.0.0", port: ${door}, ${PLAIN}, ${TOKENS} }`,
    )
    expect((await askDoor(ports.door, '/-/healthy')).status).toBe(200)
    expect((await askDoor(ports.door, '/-/ready')).status).toBe(200)
    for (const path of ['/-/config', '/api/status', '/api/routes', '/metrics', '/nothing'])
      expect((await askDoor(ports.door, path)).status, path).toBe(401)
    expect((await askDoor(ports.door, '/metrics', bearer('prom-token'))).status).toBe(200)
    const status = await askDoor(ports.door, '/api/status', bearer('ci-token'))
    expect(status.json()['unsafe']).toMatchObject([{ what: 'tokens cross the network in plain text' }])
    expect(status.text + JSON.stringify(world.events)).not.toMatch(/ci-token|sha256:/)
  })

  it('does not start without a token', async () => {
    const { world, ports } = await start(() => '')
    world.rewrite(config(ports, `management: { bind: "0.0.0.0", port: ${ports.door} }`))
    const { code, out } = await command(world, ['validate'])
    expect(code).toBe(1)
    expect(out).toContain('management/no-token')
    expect(await edit(world, config(ports, `management: { bind: "", port: ${ports.door} }`))).toBe(422)
    expect(await gone(ports.door)).toBe(true)
  })
})

describe('tls: auto', () => {
  it('hears an address at once, however many connections another one has that say nothing', async () => {
    const { world, ports } = await start(({ door }) => `management: { port: ${door} }`)
    const ca = readFileSync(join(world.dir, 'state/management/ca.pem'), 'utf8')
    const silent = await Promise.all(
      Array.from({ length: 500 }, () => visit({ port: ports.door, from: '127.0.0.2' })),
    )
    const before = Date.now()
    expect((await askDoor(ports.door, '/-/ready', { ca })).status).toBe(200)
    // Those that say nothing are let go of after ten seconds.
    expect(Date.now() - before).toBeLessThan(5_000)
    for (const { socket } of silent) socket.destroy()
  })

  it('is what a client verifies that trusts the authority, for the names that are ours, and stays over a restart', async () => {
    const { world, ports } = await start(
      ({ door }) => `management: { port: ${door}, tls: { extra_hosts: manage.test } }`,
    )
    const ca = readFileSync(join(world.dir, 'state/management/ca.pem'), 'utf8')
    expect((await askDoor(ports.door, '/api/status', { ca })).status).toBe(200)
    await expect(askDoor(ports.door, '/-/healthy')).rejects.toThrow()
    const socket = connect({ host: '127.0.0.1', port: ports.door, ca, servername: 'manage.test' })
    await once(socket, 'secureConnect')
    expect(socket.authorized).toBe(true)
    const fingerprint = socket.getPeerCertificate().fingerprint256
    socket.destroy()
    expect(
      await edit(
        world,
        config(ports, `management: { port: ${ports.door}, tls: { extra_hosts: manage.test } }`, 'two'),
      ),
    ).toBe(200)
    const again = connect({ host: '127.0.0.1', port: ports.door, ca, servername: 'manage.test' })
    await once(again, 'secureConnect')
    expect(again.getPeerCertificate().fingerprint256).toBe(fingerprint)
    again.destroy()
  })

  it('commands find the address and the authority by themselves where there is no socket', async () => {
    const { world } = await start(({ door }) => `management: { port: ${door}, ${TOKENS} }`)
    const { rmSync } = await import('node:fs')
    rmSync(socketOf(world))
    expect(await command(world, ['healthcheck', '--ready'])).toEqual({ code: 0, out: '', err: '' })
    expect((await command(world, ['status'])).code).toBe(0)
    expect(await command(world, ['reload', '--wait'])).toMatchObject({ code: 69 })
    const withToken = await command(world, ['reload', '--wait'], { P2PSTREAM_TOKEN: 'ci-token' })
    expect(withToken).toMatchObject({ code: 0 })
    writeFileSync(join(world.dir, 'token'), 'ci-token\n')
    expect(await command(world, ['reload', '--wait', '--token-file', 'token'])).toMatchObject({ code: 0 })
  })
})

describe('tls: provided', () => {
  it('shows the files, another one once they change', async () => {
    using authority = openAuthority('management')
    const [first, second] = [
      authority.sign({ hosts: ['127.0.0.1'] }),
      authority.sign({ hosts: ['127.0.0.1'] }),
    ]
    const files = { 'm.pem': first.cert, 'm.key': first.key, 'ca.pem': authority.cert }
    const words = 'mode: provided, cert_file: m.pem, key_file: m.key'
    const { world, ports } = await start(
      ({ door }) => `management: { port: ${door}, tls: { ${words} } }`,
      files,
    )
    const shown = async (): Promise<string | undefined> => {
      const socket = connect({ host: '127.0.0.1', port: ports.door, ca: authority.cert })
      await once(socket, 'secureConnect')
      const { serialNumber } = socket.getPeerCertificate()
      socket.destroy()
      return serialNumber
    }
    const before = await shown()
    writeFileSync(join(world.dir, 'm.pem'), second.cert)
    writeFileSync(join(world.dir, 'm.key'), second.key)
    await until('the other one is shown', async () => (await shown()) !== before)
    expect((await askDoor(ports.door, '/api/status', { ca: authority.cert })).status).toBe(200)
  })
})

describe('who only takes up room', () => {
  it('is closed on time, and neither visitors nor the control socket notice', async () => {
    const { world, ports } = await start(({ door }) => `management: { port: ${door} }`)
    const crowd = Array.from({ length: 300 }, () => {
      const socket = dial({ host: '127.0.0.1', port: ports.door })
      socket.on('error', () => undefined)
      return socket.resume()
    })
    onTestFinished(() => {
      for (const socket of crowd) socket.destroy()
    })
    const open = (): number => crowd.filter(socket => !socket.closed).length
    await until('those past the limit are gone', () => open() <= 64)
    expect((await ask('/', { port: ports.web })).status).toBe(200)
    expect((await askDoor(socketOf(world), '/-/ready')).status).toBe(200)
    await until('the others are gone, too', () => open() === 0)
    const ca = readFileSync(join(world.dir, 'state/management/ca.pem'), 'utf8')
    expect((await askDoor(ports.door, '/-/ready', { ca })).status).toBe(200)
  })
})

describe('users', () => {
  const users = (entry: string): string => `users: { ${entry} }`
  const as = (id: string, password: string): DoorQuestion => ({
    headers: { Authorization: `Basic ${Buffer.from(`${id}:${password}`).toString('base64')}` },
  })

  it('read with the password that was made for them, until the file has them no more', async () => {
    const made = await runCommand(['users', 'new', 'ann'], tmpdir())
    expect(made.code).toBe(0)
    const password = made.out.trim()
    const entry = /ann: \{ password_hash: ".*" \}/.exec(made.err)?.[0] ?? ''
    expect(made.err).not.toContain(password)
    const own = await runCommand(['users', 'new', 'bob', '--password-stdin'], tmpdir(), {
      input: 'a password of his own\nmore\n',
    })
    expect(own).toMatchObject({ code: 0, out: '' })
    const other = /bob: \{ password_hash: ".*" \}/.exec(own.err)?.[0] ?? ''
    const door =
      (inner: string) =>
      ({ door: port }: Ports) =>
        `management: { bind: "0.0.0.0", port: ${port}, ${PLAIN}, ${inner} }`
    const { world, ports } = await start(door(users(`${entry}, ${other}`)))
    expect((await askDoor(ports.door, '/api/status')).status).toBe(401)
    expect((await askDoor(ports.door, '/api/status', as('ann', password))).status).toBe(200)
    expect((await askDoor(ports.door, '/metrics', as('bob', 'a password of his own'))).status).toBe(200)
    expect((await askDoor(ports.door, '/api/status', as('ann', 'wrong'))).status).toBe(401)
    const write = await askDoor(ports.door, '/-/reload', { method: 'POST', ...as('ann', password) })
    expect(write.status).toBe(403)
    expect(JSON.stringify(world.events)).not.toContain(password)
    expect(await edit(world, config(ports, door(users(other))(ports)))).toBe(200)
    expect((await askDoor(ports.door, '/api/status', as('ann', password))).status).toBe(401)
  })

  it('have passwords of at least eight characters', async () => {
    const { code, err } = await runCommand(['users', 'new', 'a', '--password-stdin'], tmpdir(), {
      input: '1234567\n',
    })
    expect([code, err.includes('at least 8')]).toEqual([64, true])
  })
})

describe('a reload', () => {
  it('changes tokens and metrics in place, without a new address', async () => {
    const { world, ports } = await start(({ door }) => `management: { port: ${door}, ${PLAIN}, ${TOKENS} }`)
    const other = `tokens: { new: { hash: "${hashOf('new-token')}", scopes: [write] } }`
    const text = config(ports, `management: { port: ${ports.door}, ${PLAIN}, metrics: false, ${other} }`)
    expect(await edit(world, text)).toBe(200)
    const post = { method: 'POST' }
    expect((await askDoor(ports.door, '/-/reload', { ...post, ...bearer('ci-token') })).status).toBe(401)
    expect((await askDoor(ports.door, '/-/reload', { ...post, ...bearer('new-token') })).status).toBe(200)
    expect((await askDoor(ports.door, '/metrics')).status).toBe(404)
    expect((await askDoor(socketOf(world), '/metrics')).status).toBe(200)
    expect(world.told('management/opened')).toBe(2)
  })

  it('to a port that is taken is refused with its place, and what ran goes on', async () => {
    const { world, ports } = await start(({ door }) => `management: { port: ${door}, ${PLAIN} }`)
    const rival = createServer()
    const taken = await freePort()
    rival.listen(taken, '127.0.0.1')
    await once(rival, 'listening')
    onTestFinished(() => void rival.close())
    world.rewrite(config(ports, `management: { port: ${taken}, ${PLAIN} }`, 'two'))
    const refused = await askDoor(socketOf(world), '/-/reload', { method: 'POST' })
    expect(refused.status).toBe(422)
    expect(refused.json()).toMatchObject({ findings: [{ code: 'management/cannot-bind', line: 5 }] })
    expect((await ask('/', { port: ports.web })).body.toString()).toBe('one')
    expect((await askDoor(ports.door, '/-/ready')).status).toBe(200)
  })

  it('moves from one address to all of them and back on the same port', async () => {
    const { world, ports } = await start(({ door }) => `management: { port: ${door}, ${PLAIN}, ${TOKENS} }`)
    const wide = `management: { bind: "", port: ${ports.door}, ${PLAIN}, ${TOKENS} }`
    expect(await edit(world, config(ports, wide))).toBe(200)
    expect((await askDoor(ports.door, '/api/status')).status).toBe(401)
    const narrow = `management: { port: ${ports.door}, ${PLAIN}, ${TOKENS} }`
    expect(await edit(world, config(ports, narrow))).toBe(200)
    expect((await askDoor(ports.door, '/api/status')).status).toBe(200)
  })

  it('turns plain text into TLS at the same address', async () => {
    const { world, ports } = await start(({ door }) => `management: { port: ${door}, ${PLAIN} }`)
    expect(await edit(world, config(ports, `management: { port: ${ports.door} }`))).toBe(200)
    const ca = readFileSync(join(world.dir, 'state/management/ca.pem'), 'utf8')
    expect((await askDoor(ports.door, '/-/ready', { ca })).status).toBe(200)
    expect(world.told('management/opened')).toBe(2)
  })
})

describe('tokens new', () => {
  it('prints a token whose hash opens the door', async () => {
    const { world, ports } = await start(() => '')
    const { code, out, err } = await command(world, [
      'tokens',
      'new',
      'ops',
      '--scope',
      'read',
      '--scope',
      'write',
    ])
    expect(code).toBe(0)
    const token = out.trim()
    expect(token).toMatch(/^p2pat_[\w-]{43}$/)
    expect(err).toContain(`ops: { hash: "${hashOf(token)}", scopes: [read, write] }`)
    expect(err).not.toContain(token)
    const entry = `ops: { hash: "${hashOf(token)}", scopes: [read, write] }`
    const management = `management: { bind: "0.0.0.0", port: ${ports.door}, ${PLAIN}, tokens: { ${entry} } }`
    expect(await edit(world, config(ports, management))).toBe(200)
    expect((await askDoor(ports.door, '/api/status', bearer(token))).status).toBe(200)
    expect((await command(world, ['tokens', 'nwe', 'ops'])).code).toBe(64)
  })
})
