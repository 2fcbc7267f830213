// A critic of TLS that nobody here wrote: testssl.sh, on protocols, ciphers, forward secrecy, known holes and what a server tells.
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { describe, expect, it } from 'vitest'
import { isInstalled } from '../support/front.ts'
import { startStage } from '../support/stage.ts'

const run = promisify(execFile)
const FLAGS = [
  '--quiet',
  '--warnings',
  'off',
  '--color',
  '0',
  '--ip',
  'one',
  '--fast',
  '-p',
  '-s',
  '-f',
  '-U',
  '-S',
]

interface Finding {
  readonly id: string
  readonly severity: string
  readonly finding: string
}

describe.skipIf(!isInstalled('testssl', '--version'))('testssl.sh', () => {
  it('finds nothing worse than LOW, but that a self-signed certificate is one', async () => {
    await using stage = await startStage({ isSecure: true })
    const file = join(stage.world.dir, 'testssl.json')
    // Its exit code counts findings.
    await run('testssl', ['--jsonfile', file, ...FLAGS, `https://localhost:${stage.port}`], {
      timeout: 280_000,
    }).catch((error: { readonly code?: unknown }) => expect(error.code).toBeTypeOf('number'))
    const findings: Finding[] = JSON.parse(readFileSync(file, 'utf8'))
    const bad = findings.filter(
      ({ id, severity }) =>
        ['MEDIUM', 'HIGH', 'CRITICAL', 'FATAL'].includes(severity) && !id.startsWith('cert_'),
    )
    expect(bad).toEqual([])
    const said = (id: string): string | undefined => findings.find(one => one.id === id)?.finding
    expect(said('TLS1')).toBe('not offered')
    expect(said('SSLv3')).toBe('not offered')
    expect(said('TLS1_3')).toContain('offered')
    expect(said('heartbleed')).toContain('not vulnerable')
    expect(findings.length).toBeGreaterThan(60)
  })
})
