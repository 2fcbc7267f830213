// Making agents by the command line: what is printed where, and what is refused.
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { tokenHash } from '../../src/base/token.ts'
import { type Called, runCommand } from '../support/command.ts'

/** What every file needs; it has no management address yet. */
const GOOD = `version: 1
listeners: { web: { protocol: http, bind: 127.0.0.1, port: 8080 } }
upstreams: { orders: { targets: [{ url: "http://127.0.0.1:9000" }] } }
`

let folder: string

beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'p2pstream-cli-')))
})
afterAll(() => rmSync(folder, { recursive: true }))

const call = (args: readonly string[]): Promise<Called> => runCommand(args, folder)

describe('agents new', () => {
  it('prints the token alone on stdout, and its hash with what to do on stderr', async () => {
    const { code, out, err } = await call([
      'agents',
      'new',
      'lab-a',
      '--label',
      'site=lab',
      '--server',
      'https://door.test:8443',
    ])
    expect(code).toBe(0)
    expect(out).toMatch(/^[\w-]{43}\n$/)
    expect(err).not.toContain(out.trim())
    expect(err).toContain(`token_hash: "${tokenHash(out.trim())}"\n    labels: { site: lab }`)
    expect(err).toContain('p2pstream agent --management-url https://door.test:8443 --agent-id lab-a ')
  })

  it('takes the address from the file, and what to trust', async () => {
    const config = join(folder, 'door.yaml')
    const told = async (management: string): Promise<string> => {
      writeFileSync(config, `${GOOD}management: ${management}\n`)
      return (await call(['agents', 'new', 'a', '-c', config])).err
    }
    const plain = await told('{ port: 9443, tls: { mode: off } }')
    expect(plain).toContain('--management-url http://p2pstream.example.com:9443 ')
    expect(plain).toContain('--allow-insecure-management')
    const own = await told('{ port: 9443, public_url: "https://manage.test" }')
    expect(own).toContain('--management-url https://manage.test ')
    expect(own).toContain('--management-ca-file')
  })

  it.each([
    [['agents', 'nwe', 'a'], 'agents new'],
    [['agents', 'new'], 'is no id'],
    [['agents', 'new', 'a b'], 'is no id'],
    [['agents', 'new', 'a', 'b'], 'name one'],
    [['agents', 'new', 'a', '--label', 'site'], 'KEY=VALUE'],
    [['agents', 'new', 'a', '--label', 'p2pstream.io/agent-id=b'], 'are ours'],
    [['agents', 'new', 'a', '--label', 'site= lab'], 'begins or ends with a space'],
    [['agents', 'new', 'a', '--server', 'unix:/x'], 'no URL'],
  ])('refuses %j', async (args, why) => {
    const { code, out, err } = await call(args)
    expect(code).toBe(64)
    expect(out).toBe('')
    expect(err).toContain(why)
  })
})
