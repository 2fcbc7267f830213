import { describe, expect, it } from 'vitest'
import { DENY_UPGRADES, PRESERVE, STANDARD } from '../../../src/http/request-policy.ts'
import { mergePeer } from '../../../src/upstream/peer.ts'
import { TLS_POLICIES } from '../../../src/upstream/tls-policy.ts'

describe('connection options', () => {
  const defaults = mergePeer(undefined, {
    at: '/defaults/peer',
    files: new Map(),
    peer: { read_timeout: '5s', idle_timeout: '1m' },
  })

  it('start from what is built in', () => {
    expect(mergePeer(undefined, { at: '/x', files: new Map(), peer: {} })).toEqual({
      peer: {
        connectionTimeout: 5_000,
        totalConnectionTimeout: 10_000,
        readTimeout: 0,
        writeTimeout: 60_000,
        idleTimeout: 60_000,
        maxConnections: 0,
        alpn: 'h1',
        sni: undefined,
        verifyCert: true,
        verifyHostname: true,
        ca: undefined,
        useSystemCerts: true,
        alternativeCn: [],
        clientCertKey: undefined,
        psk: undefined,
        tlsPolicy: TLS_POLICIES.intermediate,
        proxy: undefined,
        bindTo: [],
        tcpKeepalive: { idle: 60_000, interval: undefined, count: undefined },
        groupKey: '',
      },
      setBy: {},
      policy: STANDARD,
      hash: expect.any(String),
    })
  })

  it('merge key by key, and each remembers where it was written', () => {
    const merged = mergePeer(defaults, {
      at: '/upstreams/a/peer',
      files: new Map(),
      peer: { idle_timeout: '0', write_timeout: '2s' },
    })
    expect(merged.peer).toMatchObject({
      readTimeout: 5_000,
      idleTimeout: 0,
      writeTimeout: 2_000,
      connectionTimeout: 5_000,
    })
    expect(merged.setBy).toEqual({
      readTimeout: '/defaults/peer/read_timeout',
      idleTimeout: '/upstreams/a/peer/idle_timeout',
      writeTimeout: '/upstreams/a/peer/write_timeout',
    })
  })

  it('go back to what is built in with null', () => {
    const merged = mergePeer(defaults, {
      at: '/upstreams/a/peer',
      files: new Map(),
      peer: { read_timeout: null },
    })
    expect(merged.peer.readTimeout).toBe(0)
    expect(merged.setBy).toEqual({ idleTimeout: '/defaults/peer/idle_timeout' })
  })

  it.each([
    ['preserve', { ...PRESERVE, at: '/x/http_upstream_request_policy' }],
    ['deny_upgrades', { ...DENY_UPGRADES, at: '/x/http_upstream_request_policy' }],
    [null, STANDARD],
    [
      { max_connection_nominations: 3, protected_headers: ['X-A'], h1_upgrade: 'deny' },
      {
        ...STANDARD,
        name: 'max_connection_nominations: 3, protected_headers: X-A, h1_upgrade: deny',
        at: '/x/http_upstream_request_policy',
        maxNominations: 3,
        protectedNames: new Set(['x-a']),
        upgrades: 'deny',
      },
    ],
  ] as const)(
    'a request policy %j replaces the one below, whole, and is no part of the connection',
    (written, policy) => {
      const below = mergePeer(defaults, {
        at: '/upstreams/a/peer',
        files: new Map(),
        peer: { http_upstream_request_policy: { strip_hop_by_hop: false } },
      })
      const merged = mergePeer(below, {
        at: '/x',
        files: new Map(),
        peer: { http_upstream_request_policy: written },
      })
      expect(merged.policy).toEqual(policy)
      expect(merged.peer).toBe(defaults.peer)
    },
  )

  it('stay the same object when nothing is written', () => {
    expect(mergePeer(defaults, { at: '/x', files: new Map(), peer: {} })).toBe(defaults)
  })
})
