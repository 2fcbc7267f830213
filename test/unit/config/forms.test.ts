import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FORMS } from '../../../src/config/forms/table.ts'

const flaw = (form: string, text: string): ReturnType<NonNullable<(typeof FORMS)[string]>> =>
  FORMS[form]?.(text, JSON.stringify(text))

describe('forms take', () => {
  it.each([
    ['bind', ['', '0.0.0.0', '::', '::1', '192.168.0.1', 'unix:/run/a.sock']],
    ['bind_to', ['127.0.0.2', '::1', '0.0.0.0']],
    ['certificate_host', ['example.com', '*.example.com', '::1', '192.0.2.1', 'localhost']],
    ['cidr', ['unix', '10.0.0.0/8', '10.0.0.1', '::/0', 'fe80::1']],
    ['ciphers', ['', 'ECDHE-RSA-AES128-GCM-SHA256', 'TLS_AES_128_GCM_SHA256:ECDHE-RSA-AES128-GCM-SHA256']],
    ['content_type', ['text/html', 'text/html; charset=utf-8', 'application/problem+json']],
    ['cookie_name', ['p2p_sticky', '__Host-a', 'a.b']],
    ['dial_target', ['media.local:8096', 'a', 'a:*', 'a:80-90', '10.0.0.0/8', '[fd00::/8]:443', '::1']],
    ['duration', ['0', '1ms', '1h30m', '7d', '1.5s']],
    ['error_page_key', ['400', '599', '4xx', '5xx']],
    ['hash_key', ['none', 'client_ip', 'uri', 'header:X-A', 'cookie:a', 'query:a+b']],
    ['header_name', ['X-A', 'x_a', "!#$%&'*+.^_`|~-", 'Host', 'constructor']],
    ['header_value', ['', 'a', 'a b', 'a\tb', '"quoted"']],
    [
      'host',
      [
        'a',
        'A.Example.com',
        'example.com.',
        '*.example.com',
        '*.a',
        '10.0.0.1',
        '::1',
        'a_b.local',
        'xn--bcher-kva.example',
      ],
    ],
    ['id', ['a', '0', 'a.b_c-D', 'a'.repeat(64), 'name']],
    ['management_bind', ['', '127.0.0.1', '::1', '0.0.0.0']],
    ['management_url', ['', 'https://manage.example.com', 'http://[::1]:8081', 'https://10.0.0.1/']],
    ['label_key', ['site', 'p2pstream.io/agent-id', 'a b', 'a'.repeat(128)]],
    ['label_value', ['', 'home-lab', 'ä', 'a'.repeat(256)]],
    ['method', ['GET', 'PROPFIND', 'M-SEARCH']],
    ['mode', ['0660', '660', '000']],
    ['name', ['Media server', 'Ü', 'a'.repeat(128)]],
    [
      'origin',
      [
        'http://a',
        'http://a/',
        'http://a:80',
        'a',
        'a:80',
        '10.0.0.1',
        '10.0.0.1:3000',
        '[::1]',
        'http://[::1]:80',
        'https://a',
        'https://a:8443/',
        'unix:/run/a.sock',
        'a_b',
        'localhost',
        'a.b.',
      ],
    ],
    ['password', ['', ':', 'ä', ' ']],
    ['path', ['/', '/a', '/a/', '/a b', '/ä', '/a.b/..c', '/a;b=c']],
    ['path_or_empty', ['', '/a']],
    ['peer_name', ['a.example.com', 'a_b', '10.0.0.1', '::1']],
    ['percent', ['0%', '100%', '12.5%']],
    ['probe_path', ['/', '/healthz', '/x?full=1&a=%20']],
    ['protected_header', ['Authorization', 'x_y', 'connection', 'Content-Length']],
    ['proxy_uri', ['http://proxy:3128', 'https://proxy', 'http://[::1]:80/', 'unix:/run/proxy.sock']],
    ['psk_key', ['00112233445566778899aAbBcCdDeEfF', 'ab'.repeat(64)]],
    ['sni', ['', 'a', 'a.example.com', 'xn--bcher-kva.example', 'a_b.example']],
    ['retry_condition', ['connect', 'reset', 'timeout', 'status:400', 'status:599']],
    ['size', ['0', '512', '64KiB', '1TiB']],
    ['statuses', ['100', '204', '200-399', '599-599']],
    ['token_hash', [`sha256:${'0123456789abcdef'.repeat(4)}`]],
    ['agent_token_hash', [`sha256:${'0a'.repeat(32)}`, `sha256:${'FF'.repeat(32)}`]],
    ['password_hash', ['$argon2id$v=19$m=8,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$0000000000000000000000']],
    ['username', ['a', 'a@b', '']],
    ['wire_path', ['', '/a', '/a%20b', '/a/%C3%A4', "/a!$&'()*+,;=:@"]],
  ])('%s', (form, texts) => {
    for (const text of texts) expect(flaw(form, text), text).toBeUndefined()
  })

  it('every form has accepted something here', () => {
    expect(Object.keys(FORMS)).toHaveLength(41)
  })
})

describe('forms refuse', () => {
  it.each([
    ['bind', ['a.example.com', '0.0.0.0:80', 'unix:', `unix:/${'a'.repeat(108)}`, ' ', '10.0.0']],
    ['bind_to', ['', 'localhost', '127.0.0.1:80', '[::1]:80', '10.0.0.0/8', '::1:9000-9010x']],
    ['peer_name', ['', '*.example.com', 'a:443', 'a.', 'a b', '1.2.3']],
    ['proxy_uri', ['', 'proxy:3128', 'ftp://proxy', 'socks5://proxy', 'http://a@b', 'http://a/b', 'unix:a']],
    ['psk_key', ['', 'ab', 'ab'.repeat(15), 'ab'.repeat(65), `${'ab'.repeat(16)}a`, `0x${'ab'.repeat(16)}`]],
    ['certificate_host', ['', '*', '*.*.a', 'a:443', 'https://a']],
    [
      'ciphers',
      ['HIGH', 'ecdhe-rsa-aes128-gcm-sha256', 'ECDHE-RSA-AES128-GCM-SHA256:', 'PSK-AES128-GCM-SHA256'],
    ],
    ['content_type', ['html', '', 'text/', 'a/b\r\nc: d']],
    ['duration', ['1', '-1s', '', 'NaN', '1w', '1 s']],
    ['sni', ['192.0.2.1', '::1', 'a:443', '*.a', 'a.', 'a b']],
    ['error_page_key', ['', '39', '600', '3xx', '40x', '5x']],
    ['cookie_name', ['', 'a b', 'a=b', 'ä', 'a;']],
    [
      'hash_key',
      [
        '',
        'ip',
        'consumer',
        'header:',
        'header:a b',
        'cookie:',
        'cookie:a b',
        'query:',
        'query:a=b',
        'host:x',
      ],
    ],
    ['header_name', ['', 'a b', 'a:', 'ä', '__proto__', 'TE', 'content-LENGTH']],
    ['header_value', ['a\n', '\0', 'ä', ' a', 'a\t', 'a'.repeat(8193)]],
    [
      'host',
      [
        '',
        '*',
        '*.',
        '*.*.a',
        'a*',
        'a..b',
        '.a',
        'a/b',
        'a:80',
        '[::1]',
        'a b',
        '-a',
        'ä',
        `${'a'.repeat(64)}.b`,
      ],
    ],
    [
      'id',
      [
        '',
        '-a',
        '.a',
        'a b',
        'a/b',
        'ä',
        'a'.repeat(65),
        'constructor',
        'toString',
        'prototype',
        '__proto__',
      ],
    ],
    ['method', ['', 'get', 'A B', 'TRACE', 'connect']],
    ['probe_path', ['', 'healthz', '/a b', '/ä', '/a#b', 'http://a/b', '/\r\nX: y']],
    ['statuses', ['', '99', '600', '0200', '399-200', '2xx', '200-', '200 - 300', '200-399,404']],
    ['mode', ['', '0888', '1660', '66', 'rw']],
    ['name', ['a\nb', '\u0007', 'ü'.repeat(65)]],
    [
      'origin',
      [
        '',
        'http://',
        'HTTP://a',
        'ftp://a',
        'a/b',
        'http://a//',
        'a:',
        'a:65536',
        'a:x',
        '::1',
        'http://a b',
        '1.2.3',
        'a@b',
        'unix:a',
        '[1.2.3.4]',
        '[::1',
        '//a',
        'http:a',
      ],
    ],
    ['path', ['', 'a', '/a%20', '/a?', '/#', '/a//b', '/.', '/a/..', '/a\\b', '/\u0001', '/\ud800']],
    ['percent', ['', '20', '101%', '-1%', '%', '1e1%']],
    ['size', ['', '-1', '1.5', '1KB', '9007199254740993']],
    ['wire_path', ['a', '/a b', '/ä', '/a?b', '/%2fa', '/%5C', '/%00', '/a/../b', '/a//b', '/[a]']],
  ])('%s', (form, texts) => {
    for (const text of texts) expect(flaw(form, text), text).toBeDefined()
  })
})

describe('what a form says to write', () => {
  it.each([
    ['duration', '60000', '60s'],
    ['duration', '1500', '1500ms'],
    ['duration', '5', '5s'],
    ['duration', '5 min', '5m'],
    ['duration', '2 hours', '2h'],
    ['duration', '100 Milliseconds', '100ms'],
    ['duration', '1H30M', '1h30m'],
    ['duration', '3days', '3d'],
    ['size', '10mb', '10MiB'],
    ['size', '1 G', '1GiB'],
    ['percent', '50', '50%'],
    ['percent', '0.5', '50%'],
    ['wire_path', '/ü x', '/%C3%BC%20x'],
    ['origin', 'fe80::1', '[fe80::1]'],
    ['host', 'https://a.example.com:8443/x', 'a.example.com'],
    ['method', 'post', 'POST'],
  ])('%s %s → %s', (form, text, better) => {
    expect(flaw(form, text)?.help).toBe(`write ${better}`)
    expect(flaw(form, better)).toBeUndefined()
  })
})

describe('any text', () => {
  it('is taken or refused by every form, and what is refused is not repeated where it may not be', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...Object.keys(FORMS)),
        fc.oneof(
          fc.string(),
          fc.string({ unit: fc.constantFrom('\uD800', 'ä', '\n', '%', ':', '/', '.', '1', 'm', '[') }),
        ),
        (form, text) => {
          const found = FORMS[form]?.(text, 'the secret')
          if (found !== undefined) expect(found.code).toMatch(/^[a-z]+\/[a-z-]+$/)
        },
      ),
      { numRuns: 300 },
    )
  })
})
