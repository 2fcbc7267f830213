import { describe, expect, it } from 'vitest'
import type { ReasonCode } from '../../../src/base/reason.ts'
import { refuseForNow, rescue, statusOf } from '../../../src/engine/rescue.ts'

describe('a failure', () => {
  it.each<[ReasonCode, number]>([
    ['bad_request', 400],
    ['bad_path', 400],
    ['encoded_separator', 400],
    ['no_route', 404],
    ['method_not_allowed', 405],
    ['header_timeout', 408],
    ['body_timeout', 408],
    ['body_too_large', 413],
    ['uri_too_long', 414],
    ['expectation_failed', 417],
    ['upgrade_required', 426],
    ['headers_too_large', 431],
    ['client_cancelled', 499],
    ['unsupported_transfer_coding', 501],
    ['unsupported_version', 505],
    ['no_target_available', 503],
    ['overloaded', 503],
    ['connection_limit_reached', 503],
    ['drained', 503],
    ['connection_refused', 502],
    ['connection_terminated', 502],
    ['destination_ip_unroutable', 502],
    ['dns_error', 502],
    ['proxy_connect_error', 502],
    ['http_protocol_error', 502],
    ['http_response_header_section_size', 502],
    ['http_upgrade_failed', 502],
    ['connection_timeout', 504],
    ['connection_read_timeout', 504],
    ['connection_write_timeout', 504],
    ['dns_timeout', 504],
    ['http_response_timeout', 504],
    ['internal_error', 500],
  ])('%s is %i', (code, status) => {
    expect(statusOf(code)).toBe(status)
    const answer = rescue({ code, at: '/x' })
    expect(answer).toMatchObject({ status, reason: { code, at: '/x' } })
    expect(answer.fields.some(([name]) => name === 'Retry-After')).toBe(status === 503)
  })

  it('says when to come back, or what would have been allowed', () => {
    const extra = (code: ReasonCode) => rescue({ code }).fields.slice(2)
    expect(extra('no_target_available')).toEqual([['Retry-After', '1']])
    expect(extra('overloaded')).toEqual([['Retry-After', '1']])
    expect(extra('method_not_allowed')).toEqual([['Allow', 'GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS']])
    expect(extra('connection_refused')).toEqual([])
  })

  it('can say more exactly when to come back', () => {
    const { status, fields } = refuseForNow({ code: 'no_target_available' }, 17)
    expect(status).toBe(503)
    expect(fields.slice(2)).toEqual([['Retry-After', '17']])
  })

  it('never shows its detail', () => {
    const { body, fields } = rescue({
      code: 'connection_refused',
      at: '/upstreams/secret',
      detail: 'connect ECONNREFUSED 10.1.2.3:99',
    })
    expect(`${Buffer.from(body)} ${JSON.stringify(fields)}`).not.toMatch(/10\.1|secret|ECONN/)
  })

  it('can have the status that the codec says', () => {
    expect(rescue({ code: 'bad_request' }, 417).status).toBe(417)
  })
})
