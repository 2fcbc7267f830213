import { describe, expect, it } from 'vitest'
import {
  type Hello,
  type Judges,
  judge,
  MAX_LANES,
  refusing,
  switching,
} from '../../../src/tunnel/handshake.ts'

const GOOD = {
  authorization: 'Bearer secret',
  'x-p2pstream-agent-id': 'a1',
  connection: 'keep-alive, Upgrade',
  upgrade: 'P2PStream-Yamux',
  'x-p2pstream-tunnel-version': '1',
}
const hello = (
  more: Hello['fields'] = {},
  method = 'GET',
  certified: Hello['certified'] = undefined,
): Hello => ({
  method,
  fields: { ...GOOD, ...more },
  certified,
})
const judges = (more: Partial<Judges> = {}): Judges => ({
  credentials: (id, token) => (id === 'a1' && token === 'secret' ? undefined : 'invalid agent token'),
  maxStreams: () => 1024,
  lanes: () => 0,
  ...more,
})
const LANE = { 'x-p2pstream-tunnel-group': '0123456789abcdef', 'x-p2pstream-tunnel-lane': '3' }
const CAPACITY = {
  'x-p2pstream-tunnel-max-concurrent-streams': '2048',
  'x-p2pstream-tunnel-capacity-mode': 'adaptive',
}

describe('the handshake', () => {
  it('lets in who has everything, and takes 64 streams for who says nothing of them', () => {
    const admission = judge(hello(), judges())
    expect(admission).toEqual({
      ok: true,
      agentId: 'a1',
      lane: undefined,
      maxStreams: 64,
      saidCapacity: false,
      version: '',
    })
  })

  it.each([
    ['no id', { 'x-p2pstream-agent-id': undefined }, 401, 'agent id required'],
    ['no token', { authorization: undefined }, 401, 'agent token required'],
    ['another scheme', { authorization: 'Basic secret' }, 401, 'agent token required'],
    ['the scheme in lower case', { authorization: 'bearer secret' }, 401, 'agent token required'],
    ['no space behind the scheme', { authorization: 'Bearersecret' }, 401, 'agent token required'],
    ['a wrong token', { authorization: 'Bearer other' }, 401, 'invalid agent token'],
    ['a wrong id', { 'x-p2pstream-agent-id': 'b' }, 401, 'invalid agent token'],
    ['no Connection', { connection: undefined }, 400, 'agent tunnel upgrade required'],
    ['a Connection without the word', { connection: 'upgraded' }, 400, 'agent tunnel upgrade required'],
    ['another protocol', { upgrade: 'h2c' }, 400, 'agent tunnel upgrade required'],
    ['another version', { 'x-p2pstream-tunnel-version': '2' }, 426, 'unsupported tunnel version'],
    ['no version', { 'x-p2pstream-tunnel-version': undefined }, 426, 'unsupported tunnel version'],
    [
      'a version that is nearly one',
      { 'x-p2pstream-tunnel-version': '1.0' },
      426,
      'unsupported tunnel version',
    ],
    [
      'streams without a mode',
      { ...CAPACITY, 'x-p2pstream-tunnel-capacity-mode': undefined },
      400,
      'invalid tunnel capacity',
    ],
    [
      'no streams',
      { ...CAPACITY, 'x-p2pstream-tunnel-max-concurrent-streams': '0' },
      400,
      'invalid tunnel capacity',
    ],
    ['too short a group', { ...LANE, 'x-p2pstream-tunnel-group': 'abc' }, 400, 'invalid tunnel lane'],
    ['lane 32', { ...LANE, 'x-p2pstream-tunnel-lane': '32' }, 400, 'invalid tunnel lane'],
    ['a group without a lane', { ...LANE, 'x-p2pstream-tunnel-lane': undefined }, 400, 'invalid tunnel lane'],
  ])('answers %s', (_, fields, status, text) => {
    expect(judge(hello(fields), judges())).toEqual({ ok: false, status, text, isLegacy: false })
  })

  it('asks for credentials before it says anything else', () => {
    const fields = { authorization: 'Bearer x', upgrade: 'h2c', 'x-p2pstream-tunnel-version': '9' }
    expect(judge(hello(fields, 'POST'), judges())).toMatchObject({ status: 401 })
    expect(judge(hello({ upgrade: 'h2c' }, 'POST'), judges())).toMatchObject({ status: 405 })
    expect(judge(hello({ upgrade: 'h2c', 'x-p2pstream-tunnel-version': '9' }), judges())).toMatchObject({
      status: 400,
    })
  })

  it.each<readonly [string, readonly string[], string]>([
    ['none', [], 'client certificate required'],
    ['that of another agent', ['spiffe://p2pstream/agent/a2'], 'client certificate is not for this agent'],
    ['a longer one', ['spiffe://p2pstream/agent/a1/x'], 'client certificate is not for this agent'],
    ['another domain', ['spiffe://other/agent/a1'], 'client certificate is not for this agent'],
  ])('wants a certificate where the door asks for one, and not %s', (_, certified, text) => {
    expect(judge(hello({}, 'GET', certified), judges())).toMatchObject({ status: 401, text })
  })

  it('takes a certificate beside the token, not instead of it', () => {
    const own = ['spiffe://p2pstream/agent/a1']
    expect(judge(hello({}, 'GET', own), judges())).toMatchObject({ ok: true })
    expect(judge(hello({ authorization: 'Bearer x' }, 'GET', own), judges())).toMatchObject({ status: 401 })
  })

  it('knows an agent from before the mux', () => {
    expect(judge(hello({ upgrade: 'websocket' }), judges())).toMatchObject({ status: 400, isLegacy: true })
  })

  it('takes spaces around the token, and an id and a protocol in any case of letters', () => {
    expect(judge(hello({ authorization: 'Bearer   secret ' }), judges())).toMatchObject({ ok: true })
  })

  it('takes the smaller of what the agent and the file allow, and says so', () => {
    const admission = judge(hello(CAPACITY), judges())
    if (!admission.ok) throw new Error(admission.text)
    expect(switching(admission)).toBe(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: p2pstream-yamux\r\nX-P2PStream-Tunnel-Version: 1\r\n' +
        'X-P2PStream-Tunnel-Max-Concurrent-Streams: 1024\r\nX-P2PStream-Tunnel-Capacity-Mode: adaptive\r\n\r\n',
    )
  })

  it('answers an agent that says nothing of its capacity with three fields', () => {
    const admission = judge(hello(), judges())
    if (!admission.ok) throw new Error(admission.text)
    expect(switching(admission)).toBe(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: p2pstream-yamux\r\nX-P2PStream-Tunnel-Version: 1\r\n\r\n',
    )
  })

  it('lets eight lanes of a group in, and refuses the ninth', () => {
    expect(judge(hello(LANE), judges({ lanes: () => MAX_LANES - 1 }))).toMatchObject({
      ok: true,
      lane: { group: '0123456789abcdef', number: 3 },
    })
    expect(judge(hello(LANE), judges({ lanes: () => MAX_LANES }))).toMatchObject({ status: 429 })
  })

  it('refuses in plain text, with what HTTP wants beside it', () => {
    const rejection = judge(hello({}, 'PUT'), judges())
    if (rejection.ok) throw new Error('let in')
    expect(refusing(rejection)).toBe(
      'HTTP/1.1 405 Method Not Allowed\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 19\r\nAllow: GET\r\nConnection: close\r\n\r\nmethod not allowed\n',
    )
  })
})
