import { describe, expect, it } from 'vitest'
import { originFailure, SESSION_ENDED } from '../../../src/net/dial-failure.ts'

const error = (code: string | undefined, message: string): Error =>
  Object.assign(new Error(message), code === undefined ? {} : { code })

describe('an error of a connection', () => {
  it.each([
    ['ECONNREFUSED', 'connection_refused', 'ECONNREFUSED'],
    ['ECONNRESET', 'connection_terminated', 'ECONNRESET'],
    ['EPIPE', 'internal_error', 'EPIPE'],
    [undefined, 'internal_error', 'some words'],
    [SESSION_ENDED, 'agent_disconnected', 'some words'],
  ])('with the code %s is %s, and the log says %s', (code, name, detail) => {
    const failure = originFailure(error(code, 'some words'), 'internal_error')
    expect(failure).toEqual({ code: name, side: 'origin', detail })
  })
})
