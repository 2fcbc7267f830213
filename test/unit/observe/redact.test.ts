import { describe, expect, it } from 'vitest'
import { isCredential, redactPath, redactQuery, redactUrl } from '../../../src/observe/redact.ts'

describe('a credential', () => {
  it.each([
    'token',
    'access_token',
    'accessToken',
    'id_token',
    'key',
    'api_key',
    'apikey',
    'X-Api-Key',
    'secret',
    'client_secret',
    'password',
    'passwd',
    'user_passwd',
    'pwd',
    'signature',
    'X-Amz-Signature',
    'X-Amz-Credential',
    'X-Amz-Security-Token',
    'sig',
    'auth',
    'Authorization',
    'code',
    'CODE',
    'session',
    'session_id',
    'PHPSESSID',
    'jsessionid',
    'jwt',
    '%74oken',
    'SAMLResponse',
    'tokens[]',
  ])('is what %s holds', key => {
    expect(isCredential(key)).toBe(true)
  })

  it.each([
    'page',
    'keyword',
    'monkey',
    'author',
    'country_code',
    'sort_key',
    'q',
    'design',
    'compass',
    'sessions',
    'keys',
    'state',
    '%',
    '',
  ])('is not what %s holds', key => {
    expect(isCredential(key)).toBe(false)
  })
})

describe('a query', () => {
  it.each([
    ['', ''],
    ['?', '?'],
    ['token', 'token'],
    ['token=', 'token='],
    ['=token', '=token'],
    ['token=abc', 'token=[redacted]'],
    ['?token=abc', '?token=[redacted]'],
    ['a=1&token=x=y&b=%zz&&c', 'a=1&token=[redacted]&b=%zz&&c'],
    ['TOKEN=a&Token=b', 'TOKEN=[redacted]&Token=[redacted]'],
    ['%74%6Fken=a', '%74%6Fken=[redacted]'],
    ['q=token=abc', 'q=token=abc'],
    ['x=%20+&keyword=a', 'x=%20+&keyword=a'],
  ])('%s becomes %s', (query, shown) => {
    expect(redactQuery(query)).toBe(shown)
  })
})

describe('a URL', () => {
  it.each([
    ['/a/b', '/a/b'],
    ['/a;jsessionid=1;v=2/b;x', '/a;jsessionid=[redacted];v=2/b;x'],
    ['/?key=1#/?token=2', '/?key=[redacted]#/?token=[redacted]'],
    ['/#token=2&x=1', '/#token=[redacted]&x=1'],
    ['http://u:p@h/x@y?auth=1', 'http://[redacted]@h/x@y?auth=[redacted]'],
    ['http://h/@x', 'http://h/@x'],
    ['u:p@h:80', '[redacted]@h:80'],
    ['a@b@h', '[redacted]@h'],
    ['/x@y', '/x@y'],
  ])('%s becomes %s', (url, shown) => {
    expect(redactUrl(url)).toBe(shown)
  })

  it('without parameters in its path stays the same string', () => {
    expect(redactPath('/plain/path')).toBe('/plain/path')
  })
})
