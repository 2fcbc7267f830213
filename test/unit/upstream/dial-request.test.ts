import { describe, expect, it } from 'vitest'
import type { Peer as WrittenPeer } from '../../../src/config/shape.gen.ts'
import { openTrust } from '../../../src/net/trust.ts'
import { noAgents } from '../../../src/tunnel/agents.ts'
import { dialRequest } from '../../../src/upstream/dial-request.ts'
import { readOrigin } from '../../../src/upstream/origin.ts'
import { mergePeer } from '../../../src/upstream/peer.ts'
import { profileOf } from '../../../src/upstream/profile.ts'
import type { Profile } from '../../../src/upstream/target.ts'

const KEY = 'ab'.repeat(16)
const parts = { trust: openTrust(), tunnels: noAgents() }

function profile(url: string, peer: WrittenPeer): Profile {
  return profileOf(
    'pool/target',
    readOrigin(url),
    mergePeer(undefined, { at: '/p', peer, files: new Map() }),
    undefined,
  )
}

const through = (uri: string, password = 'secret'): WrittenPeer => ({
  proxy: { uri, credentials: { username: 'us', password }, headers: { 'X-A': ['1', '2'] } },
})

describe('a tunnel', () => {
  it.each([
    ['http://a.test', 'a.test:80'],
    ['https://a.test', 'a.test:443'],
    ['https://A.test:8443', 'a.test:8443'],
    ['http://10.0.0.1:80', '10.0.0.1:80'],
    ['http://[::1]', '[::1]:80'],
    ['https://[2001:db8::1]:8443', '[2001:db8::1]:8443'],
  ])('to %s is asked for as %s', (url, authority) => {
    const { proxy, tcp } = dialRequest(profile(url, through('http://proxy.test:3128')), parts)
    expect(proxy?.connect.authority).toBe(authority)
    expect(tcp).toMatchObject({ host: 'proxy.test', port: 3128, socketPath: undefined })
  })

  it('leads through TCP, TLS or a unix socket; what is shown to the origin is not shown to the proxy', () => {
    const plain = dialRequest(profile('https://a.test', through('http://proxy.test')), parts)
    expect(plain.proxy?.tls).toBeUndefined()
    expect(plain.tcp.port).toBe(80)
    const unix = dialRequest(profile('https://a.test', through('unix:/run/p.sock')), parts)
    expect(unix.tcp.socketPath).toBe('/run/p.sock')
    const secure = dialRequest(
      profile('https://a.test', {
        ...through('https://proxy.test'),
        verify_cert: false,
        alternative_cn: ['b.test'],
        sni: 'c.test',
      }),
      parts,
    )
    expect(secure.tcp.port).toBe(443)
    expect(secure.proxy?.tls?.terms).toMatchObject({
      servername: 'proxy.test',
      names: ['proxy.test'],
      verifyCert: true,
      psk: undefined,
    })
    expect(secure.tls?.terms).toMatchObject({
      servername: 'c.test',
      names: ['c.test', 'b.test'],
      verifyCert: false,
    })
  })

  it('may hear first from an origin of HTTP/2 in plain text only', () => {
    const first = (url: string, peer: WrittenPeer) =>
      dialRequest(profile(url, { ...through('http://proxy.test'), ...peer }), parts).proxy?.connect
        .mayHearFirst
    expect(first('http://a.test', { alpn: 'h2c' })).toBe(true)
    expect(first('http://a.test', {})).toBe(false)
    expect(first('https://a.test', { alpn: 'h2' })).toBe(false)
  })
})

describe('secrets', () => {
  const psk = (key: string): WrittenPeer => ({ psk: { identity: 'us', key } })

  it('are in a profile by what they are, and shown nowhere', () => {
    const all = [
      profile('https://a.test', through('http://proxy.test')),
      profile('https://a.test', through('http://proxy.test', 'other')),
      profile('https://a.test', psk(KEY)),
      profile('https://a.test', psk('cd'.repeat(16))),
    ]
    expect(new Set(all.map(({ identity }) => identity)).size).toBe(all.length)
    const said = JSON.stringify(all) + JSON.stringify(all.map(one => dialRequest(one, parts).proxy))
    for (const secret of ['secret', KEY, Buffer.from('us:secret').toString('base64')])
      expect(said.replaceAll('[secret]', '')).not.toContain(secret)
  })

  it('are the same in other letters', () => {
    expect(profile('https://a.test', psk(KEY)).identity).toBe(
      profile('https://a.test', psk(KEY.toUpperCase())).identity,
    )
  })
})

describe('handshakes', () => {
  it('are made from one context where they mean the same', () => {
    const context = (peer: WrittenPeer) =>
      dialRequest(profile('https://a.test', peer), parts).tls?.terms.context
    expect(context({ sni: 'b.test' })).toBe(context({ idle_timeout: '5s' }))
    expect(context({ tls_policy: 'modern' })).not.toBe(context({}))
    expect(context({ psk: { identity: 'us', key: KEY } })).not.toBe(context({}))
  })
})
