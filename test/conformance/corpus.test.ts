// The hostile requests and responses of corpus/, run against the real program: not one MUST may be missed.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { freePort } from '../support/ports.ts'
import { startWorld } from '../support/world.ts'

const RUNNER = fileURLToPath(new URL('corpus/runner.mjs', import.meta.url))

const config = (protocol: string, port: number, originPort: number): string => `version: 1
server: { limits: { header_timeout: 5s, body_idle_timeout: 5s } }
listeners:
  web: { protocol: ${protocol}, bind: 127.0.0.1, port: ${port} }
${protocol === 'https' ? 'certificates: { own: { hosts: [corpus.test], self_signed: {} } }' : ''}
defaults: { peer: { connection_timeout: 5s, read_timeout: 5s, write_timeout: 5s } }
routes:
  admin:
    listener: web
    match: { path_prefix: /admin }
    forward: { targets: [{ static: { status: 403, body: no } }] }
  old:
    listener: web
    match: { path_prefix: /old }
    redirect: { mode: same_host_path, target: /new }
  all:
    listener: web
    default: true
    forward: { targets: [{ url: "http://127.0.0.1:${originPort}", preserve_host: true, response_header_timeout: 5s }] }
`

describe('corpus', () => {
  it.concurrent.each([
    ['requests', 'http'],
    ['responses', 'http'],
    ['requests', 'https'],
    ['responses', 'https'],
  ])('%s over %s: no FAIL', async (set, protocol) => {
    const [port, originPort] = [await freePort(), await freePort()]
    await using world = await startWorld({
      config: config(protocol, port, originPort),
      ready: [port],
      keepAccess: false,
    })
    const flags = ['--set', set, '--slow', '--xff', '--guard', '/admin', '--redirect', '/old/']
    const where = ['--proxy', `127.0.0.1:${port}`, '--origin-port', String(originPort), '--name', 'p2pstream']
    if (protocol === 'https') flags.push('--tls')
    const child = spawn(process.execPath, [RUNNER, ...where, ...flags], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let text = ''
    child.stdout.setEncoding('utf8').on('data', (piece: string) => {
      text += piece
    })
    await once(child, 'close')
    const lines = text.trimEnd().split('\n')
    console.log(lines.filter(line => !line.startsWith('OK')).join('\n'))
    expect(lines.filter(line => line.startsWith('FAIL'))).toEqual([])
    expect(lines.at(-1)).toMatch(/^p2pstream: \w+ (120|35): PASS \d+, OK \d+, WEAK \d+, FAIL 0$/)
    expect(world.told('internal/error')).toBe(0)
  })
})
