// An ordinary exchange, and ways to change it.
import type { ExchangeRecord } from '../../../src/observe/record.ts'

const ORDINARY: ExchangeRecord = {
  requestId: '0123456789abcdef0123456789abcdef',
  generation: 3,
  listener: 'web',
  route: 'app-api',
  pool: 'orders',
  target: 'orders-1',
  agent: undefined,
  attempts: 1,
  reused: true,
  method: 'GET',
  scheme: 'http',
  authority: 'app.example.com:8080',
  requestTarget: '/api/orders?page=2',
  protocol: 'HTTP/1.1',
  status: 200,
  reason: undefined,
  at: undefined,
  detail: undefined,
  client: '203.0.113.9',
  peer: '10.0.0.1',
  userAgent: 'curl/8.5.0',
  referer: undefined,
  traceparent: undefined,
  startedAt: Date.UTC(2026, 10, 20, 11, 23, 45, 67),
  duration: 12.345,
  connectTime: 0.5,
  headTime: 11,
  bytesIn: 10,
  bytesOut: 1024,
  upgraded: false,
}

/** The ordinary exchange with some of it changed. */
export function aRecord(changes: Partial<ExchangeRecord> = {}): ExchangeRecord {
  return { ...ORDINARY, ...changes }
}
