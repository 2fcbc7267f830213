import { expect, it } from 'vitest'
import { meaning } from '../../../src/agent/connect.ts'

it.each([
  [401, 'invalid agent token', 'rejected', 'invalid agent token'],
  [
    404,
    '<html>',
    'no_tunnel',
    'status 404: the server is too old, or a proxy in between dropped the upgrade',
  ],
  [200, '', 'no_tunnel', 'status 200: the server is too old, or a proxy in between dropped the upgrade'],
  [400, 'agent tunnel upgrade required', 'no_tunnel', 'status 400: a proxy in between dropped the upgrade'],
  [400, 'invalid tunnel lane', 'no_tunnel', 'status 400: invalid tunnel lane'],
  [503, '', 'no_tunnel', 'status 503'],
] as const)('%i with "%s" instead of a tunnel is %s: %s', (status, words, kind, detail) => {
  expect(meaning(status, words)).toEqual({ ok: false, kind, detail })
})
