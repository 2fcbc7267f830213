// What the server remembers of agents when it is started again.
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { tokenHash } from '../../src/base/token.ts'
import { askDoor } from '../support/door.ts'
import { freePort } from '../support/ports.ts'
import { startAgentProcess, TOKEN } from '../support/tunnel/server.ts'
import { until } from '../support/until.ts'
import { startWorld } from '../support/world.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'p2pstream-memory-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

interface Row {
  readonly state: string
  readonly connects: number
  readonly disconnects: number
  readonly offline_since?: string
  readonly sessions: readonly { readonly started_at: string; readonly ended_at?: string }[]
}

describe('a server that is started again', () => {
  it('knows of each agent what it knew before', async () => {
    const door = await freePort()
    const setting = {
      config: `version: 1
management: { port: ${door}, tls: { mode: off } }
agents:
  a: { token_hash: "${tokenHash(TOKEN)}" }
  never: { token_hash: "${tokenHash(TOKEN)}" }
routes: {}
`,
      ready: [door],
      env: { STATE_DIRECTORY: folder },
    }
    const rows = async (): Promise<readonly Row[]> =>
      // Without any while the server starts.
      ((await askDoor(door, '/api/agents')).json()['data'] ?? []) as Row[]
    let first: Row | undefined
    {
      await using world = await startWorld(setting)
      for (const times of [1, 2]) {
        await using agent = startAgentProcess(`http://127.0.0.1:${door}`, 'a')
        await until('it is connected', async () => (await rows())[0]?.connects === times)
        agent.child.kill('SIGKILL')
        await until('it is gone', async () => (await rows())[0]?.disconnects === times)
      }
      first = (await rows())[0]
      await world.stop()
    }
    const path = join(folder, 'agents.jsonl')
    expect(statSync(path).mode & 0o777).toBe(0o600)
    expect(readFileSync(path, 'utf8')).not.toContain('sha256')
    {
      await using world = await startWorld(setting)
      const [again, never] = await until('it is read', async () => {
        const found = await rows()
        return found[0]?.connects === 2 && found
      })
      // Bytes and figures are of this process.
      expect(again).toEqual({ ...first, bytes_received: 0, bytes_sent: 0, reported: undefined })
      expect(never).toMatchObject({ state: 'never_seen', connects: 0 })
      await using agent = startAgentProcess(`http://127.0.0.1:${door}`, 'a')
      await until('it is back', async () => (await rows())[0]?.state === 'connected')
      expect((await rows())[0]?.connects).toBe(3)
      expect((await rows())[0]?.sessions).toHaveLength(3)
      await world.stop()
      expect(agent.child.exitCode).toBeNull()
    }
    {
      // The agent was connected until the server ended.
      await using _ = await startWorld(setting)
      const [last] = await until('it is read', async () => {
        const found = await rows()
        return found[0]?.connects === 3 && found
      })
      expect(last?.state).toBe('offline')
      expect(last?.sessions.every(({ ended_at: ended }) => ended !== undefined)).toBe(true)
    }
  })
})
