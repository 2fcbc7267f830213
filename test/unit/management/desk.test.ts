import { describe, expect, it } from 'vitest'
import { addressSet } from '../../../src/base/cidr.ts'
import { type Desk, openDesk } from '../../../src/management/desk.ts'
import type { Asked, Said } from '../../../src/management/message.ts'
import type { PageParts } from '../../../src/management/pages.ts'
import type { Management } from '../../../src/snapshot/management.ts'
import { handClock } from '../../support/clock.ts'

const asked = (path: string, method = 'GET'): Asked => ({
  method,
  path,
  query: new URLSearchParams(),
  field: name => (name === 'host' ? 'localhost' : undefined),
  body: Buffer.alloc(0),
  peer: '127.0.0.1',
})

/** A desk of a server that has not adopted anything yet. */
function starting(): Desk {
  const parts = {
    clock: handClock(),
    engine: { live: undefined, current: undefined },
    reloader: { status: {}, load: () => Promise.reject(new Error('nothing is loaded here')) },
    isReady: () => false,
  } as unknown as PageParts & { readonly clock: ReturnType<typeof handClock> }
  return openDesk(parts)
}

const DOOR: Management = {
  at: '/management',
  hash: '',
  address: { kind: 'tcp', host: '', port: 8081 },
  isLocal: false,
  tls: undefined,
  hosts: ['localhost'],
  trustedProxies: addressSet([]),
  tunnel: { pingInterval: 20_000, pingTimeout: 10_000 },
  metrics: false,
  tokens: [],
  users: [],
}
const statusOf = async (said: Promise<Said>): Promise<number> => (await said).status

describe('a server that starts', () => {
  it('is well, not ready, and neither reloads nor explains', async () => {
    const desk = starting()
    expect(await statusOf(desk(asked('/-/healthy'), undefined))).toBe(200)
    expect(await desk(asked('/-/ready'), undefined)).toMatchObject({
      status: 503,
      fields: { 'Retry-After': '1' },
    })
    expect(await statusOf(desk(asked('/-/reload', 'POST'), undefined))).toBe(409)
    for (const path of ['/api/routes', '/api/upstreams', '/api/targets', '/api/agents'])
      expect(await statusOf(desk(asked(path), undefined)), path).toBe(503)
  })
})

describe('who may not come in', () => {
  it('is not told what is there', async () => {
    const desk = starting()
    for (const path of ['/nothing', '/api/status', '/-/config'])
      expect(await statusOf(desk(asked(path), DOOR)), path).toBe(401)
    expect(await statusOf(desk(asked('/-/healthy'), DOOR))).toBe(200)
  })

  it('and metrics that are off are nothing that is there', async () => {
    const desk = starting()
    expect(await statusOf(desk(asked('/metrics'), { ...DOOR, isLocal: true }))).toBe(404)
  })
})
