import { describe, expect, it } from 'vitest'
import { rewritePath } from '../../../src/http/rewrite.ts'

describe('a rewrite', () => {
  it.each([
    ['/api/users', ['/api'], '', '/users', '/api'],
    ['/api', ['/api'], '', '/', '/api'],
    ['/api/', ['/api'], '', '/', '/api'],
    ['/apiv2/x', ['/api'], '', '/apiv2/x', ''],
    ['/api/v1/x', ['/api/v1', '/api'], '', '/x', '/api/v1'],
    ['/api/v2/x', ['/api/v1', '/api'], '', '/v2/x', '/api'],
    ['/a%70i/us%65rs', ['/api'], '', '/us%65rs', '/api'],
    ['/api//evil.example/x', ['/api'], '', '/evil.example/x', '/api'],
    ['/api%2F%2Fevil.example', ['/api'], '', '/evil.example', '/api'],
    ['/api/x//y', ['/api'], '', '/x//y', '/api'],
    ['/users', [], '/v2', '/v2/users', ''],
    ['//users', [], '/v2', '/v2//users', ''],
    ['/api/users', ['/api'], '/v2', '/v2/users', '/api'],
    ['/api', ['/api'], '/v2', '/v2/', '/api'],
    ['/api/x', ['/api/'], '', '/x', '/api'],
    ['/caf%C3%A9/x', ['/cafÃ©'], '', '/x', '/caf%C3%A9'],
  ])('of %j without %j and with %j is %j', (raw, stripPrefixes, addPrefix, path, removedPrefix) => {
    expect(rewritePath(raw, { stripPrefixes, addPrefix })).toEqual({ path, removedPrefix })
  })
})
