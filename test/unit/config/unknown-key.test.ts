import { describe, expect, it } from 'vitest'
import { shapeAt } from '../../../src/config/shape.ts'
import { unknownKey } from '../../../src/config/unknown-key.ts'

/** What is said of a key in the map at `way`. */
function said(way: string, word: string): string {
  const properties = shapeAt(way === '' ? [] : way.split('.'))?.properties ?? {}
  expect(Object.hasOwn(properties, word), `${word} is known`).toBe(false)
  const { message, help = '' } = unknownKey(word, properties)
  return `${message} ${help}`
}

describe('words of other proxies, and of what isn’t there yet', () => {
  it.each([
    ['upstreams.x', 'algorithm', 'load_balancing'],
    ['upstreams.x', 'loadBalancing', 'load_balancing'],
    ['upstreams.x', 'hashOn', 'hash_on'],
    ['upstreams.x', 'healthcheck', 'health_check'],
    ['upstreams.x', 'servers', 'targets'],
    ['upstreams.x.targets.0', 'priorityGroup', 'priority_group'],
    ['upstreams.x.targets.0', 'static_status_code', 'static.status'],
    ['upstreams.x.targets.0.static', 'status_code', 'status'],
    ['routes.x', 'service', 'forward.upstream'],
    ['routes.x', 'upstreamId', 'forward.upstream'],
    ['routes.x', 'hosts', 'match.host'],
    ['routes.x', 'host_pattern', 'match.host'],
    ['routes.x', 'is_default', 'default'],
    ['routes.x', 'targets', 'forward.targets'],
    ['routes.x', 'redirect_status_code', 'redirect.status'],
    ['routes.x.match', 'pathPrefix', 'path_prefix'],
    ['routes.x.match', 'when', 'CEL'],
    ['routes.x.forward', 'backend', 'upstream'],
    ['defaults.peer', 'connect_timeout', 'connection_timeout'],
    ['defaults.peer', 'read_timeout_millis', 'read_timeout'],
    ['defaults.peer', 's2n_security_policy', 'tls_policy'],
    ['defaults.peer', 'ca_file', '"ca"'],
    ['listeners.x', 'ssl', '"tls"'],
    ['listeners.x', 'address', 'bind'],
    ['server', 'workers', 'several workers'],
    ['server.limits', 'max_body_size', 'max_body_bytes'],
    ['server.limits', 'header_timeout_seconds', 'header_timeout'],
    ['logging', 'log_level', 'level'],
    ['', 'waf', 'WAF'],
    ['', 'clusters', 'upstreams'],
    ['', 'route', 'routes'],
  ])('under "%s", %s leads to %s', (way, word, where) => {
    expect(said(way, word)).toContain(where)
  })

  it('a word like no other is told what there is', () => {
    expect(said('logging', 'qqqqq')).toContain('known here: level, format, access')
  })

  it('where the foreign word carried the unit, it is told where units go', () => {
    expect(said('defaults.peer', 'read_timeout_millis')).toContain('unit')
  })
})
