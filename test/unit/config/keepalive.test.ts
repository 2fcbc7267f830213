import { describe, expect, it } from 'vitest'
import { openFindings } from '../../../src/config/findings.ts'
import { checkKeepalive } from '../../../src/config/rules/peer-values.ts'
import type { TcpKeepaliveMap } from '../../../src/config/shape.gen.ts'

function told(written: TcpKeepaliveMap, setsProbes: boolean): readonly string[] {
  const findings = openFindings()
  checkKeepalive(written, '/defaults/peer/tcp_keepalive', findings, setsProbes)
  return findings.all().map(({ code, severity, at }) => `${severity} ${code} ${at}`)
}

describe('keepalive', () => {
  it('says what an older Node can not set, and nothing of what it can', () => {
    expect(told({ idle: '60s' }, false)).toEqual([])
    expect(told({ idle: '60s', interval: '5s', count: 3 }, false)).toEqual([
      'error peer/keepalive /defaults/peer/tcp_keepalive/interval',
      'error peer/keepalive /defaults/peer/tcp_keepalive/count',
    ])
    expect(told({ idle: '60s', interval: '5s', count: 3 }, true)).toEqual([])
  })

  it('counts in whole seconds', () => {
    expect(told({ idle: '1500ms', interval: '5s' }, true)).toEqual([
      'error shape/range /defaults/peer/tcp_keepalive/idle',
    ])
  })
})
