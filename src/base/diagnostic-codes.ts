// Every code a diagnostic can carry. A code never changes its meaning; a retired one is never used again.
// Each has a fixture in test/conformance/diagnostics and a section in schemas/README.md; a test holds the three together.

export const DIAGNOSTIC_CODES = {
  'yaml/syntax': 'The text is not YAML 1.2, or it holds a control character. Tabs are not indentation.',
  'yaml/encoding': 'The file is not UTF-8.',
  'yaml/duplicate-key': 'A map has the same key twice; both places are shown. Neither wins.',
  'yaml/alias':
    'An alias has no anchor before it, stands inside of what it repeats, or there are too many: at most 100 aliases, which together may repeat 100,000 values.',
  'yaml/tag':
    'Tags (`!env`, `!!str`) are not used. Text is told from numbers by quotes, variables are written `${env:NAME}`.',
  'yaml/directive': 'Directives (`%YAML 1.1`) are not used: they would change what words like `yes` mean.',
  'yaml/documents': 'One file holds one document.',
  'yaml/too-deep': 'Values are nested more than 64 deep.',
  'yaml/too-large': 'All files together are larger than 64 MiB.',
  'yaml/key': 'A key is not plain text on one line.',
  'file/unreadable': 'A file that is needed is not there, or can not be read.',
  'file/not-text': 'A file whose text is needed is not UTF-8.',
  'file/not-certificates':
    'A file of certificates holds none, or one that can not be read. They are written in PEM.',
  'file/not-a-key': 'A key file holds no private key in PEM, or one that needs a passphrase.',
  'include/missing': 'An included file is not there. A glob may match nothing, a literal path may not.',
  'include/outside': 'An included file is, by its real path, outside of the folder of the main file.',
  'include/setting':
    'An included file holds something other than the id maps `listeners`, `certificates`, `agents`, `templates`, `upstreams` and `routes`. Settings stand in the main file.',
  'include/duplicate-id': 'The same id stands in two files; both places are shown.',
  'reference/syntax':
    'A `${...}` is neither `${env:NAME}`, `${env:NAME:-default}` nor `${file:/path}`. References do not nest; `$${` writes a literal `${`.',
  'reference/unresolved':
    'A variable is not set, or a referenced file can not be read. An error at run time, a note where the config is only looked at.',
  'reference/not-here': '`version` and `include` take no references.',
  'shape/unknown-key':
    'A key that is not known where it stands, with the nearest one that is, or what another proxy calls so.',
  'shape/useless-key':
    'A key that is known, but does nothing beside the others; it is never silently ignored.',
  'shape/type':
    'A value of the wrong type. In YAML 1.2 only `true` and `false` are booleans, and numbers that mean text need quotes.',
  'shape/choice': 'A word that is not one of those that are possible there.',
  'shape/missing-key': 'A required key is missing.',
  'shape/range': 'A number, duration or size outside of its range.',
  'shape/empty': 'An empty text or list where that means nothing.',
  'shape/repeated': 'The same value twice in one list.',
  'shape/id':
    'An id that is not letters, digits, `.`, `_` and `-`, starting with a letter or digit, at most 64 long; or a word that every JavaScript object answers to.',
  'shape/duration':
    'Not a duration. Units are written: `250ms`, `30s`, `5m`, `1h30m`, `7d`; only `0` needs none.',
  'shape/size': 'Not a size. `512`, `64KiB`, `10MiB`, `1GiB`.',
  'shape/percent': 'Not a share from `0%` to `100%`.',
  'shape/text': 'A name with a control character, or longer than 128 bytes.',
  'shape/cidr': 'Neither an address, a range like `10.0.0.0/8`, nor the word `unix`.',
  'shape/status-key': 'Error pages stand under a status from 400 to 599, or under `4xx` or `5xx`.',
  'shape/too-many': 'More than a hundred findings under one key; the rest is counted.',
  'name/unknown-agent': 'No agent has this id; the nearest one is named.',
  'name/unknown-certificate': 'No certificate has this id; the nearest one is named.',
  'name/unknown-listener': 'No listener has this id; the nearest one is named.',
  'name/unknown-template': 'No template has this id; the nearest one is named.',
  'name/unknown-upstream': 'No upstream has this id; the nearest one is named.',
  'listener/bind': 'Neither an IP address nor `unix:/path`.',
  'listener/port': 'A port is missing, or stands beside a unix socket, which has none.',
  'listener/mode': 'Not the permissions of a socket file, like `"0660"`, or `bind` is not a unix socket.',
  'listener/address-taken':
    'Two enabled listeners on one address, or one on every interface beside one on the same port.',
  'listener/ciphers': 'Not the name of a cipher suite, or one that no certificate serves.',
  'listener/no-certificate': 'An enabled https listener without a certificate to show.',
  'listener/cannot-bind':
    'The system refuses the address: taken by another process, not allowed, or not of this machine. Only a running server reports this.',
  'certificate/source': 'A certificate has neither `cert_file` with `key_file` nor `self_signed`, or both.',
  'certificate/host': 'Neither a host, an address, nor `*.` and a host.',
  'certificate/key': 'A key is not the one of its certificate.',
  'certificate/weak': 'A certificate with an RSA key of fewer than 2048 bits, which nobody accepts any more.',
  'certificate/refused':
    'OpenSSL refuses to use a certificate: a weak signature, a curve it does not know. Only a running server reports this.',
  'certificate/not-valid': 'A certificate that has expired, or is not valid yet.',
  'certificate/expires-soon': 'A certificate that expires within 14 days.',
  'certificate/other-host':
    'A certificate is to be chosen for a host that it is not for. Visitors will refuse it.',
  'certificate/uncovered-host':
    'A route of an https listener has a host for which none of its certificates is. Visitors will refuse the one they get.',
  'management/bind': 'Where the management door listens is an IP address, or empty for every interface.',
  'management/url': '`public_url` is `https://host[:port]`, or empty.',
  'management/token-hash':
    'A token is written as `sha256:` and the SHA-256 of it in hex. The token itself never stands in the file.',
  'management/password-hash':
    'A password is written as its Argon2id hash, `$argon2id$v=19$m=19456,t=2,p=1$SALT$HASH`. The password itself never stands in the file.',
  'management/no-token':
    'The management door can be reached from elsewhere, and nobody has a token or a password for it. Whoever reaches it would be let in, so nobody is.',
  'management/plain-text':
    'The management door can be reached from elsewhere in plain text: whoever listens on the way learns the tokens.',
  'management/no-certificate': '`tls.mode: provided` needs `cert_file` and `key_file`.',
  'management/address-taken': 'A listener and the management door have the same port on the same address.',
  'management/cannot-bind':
    'The system refuses the address of the management door: taken by another process, not allowed, or not of this machine. Only a running server reports this.',
  'agent/token-hash': 'Not `sha256:` and 64 hexadecimal digits, the hash of an agent’s token.',
  'agent/label':
    'A label’s key has 1 to 128 bytes, its value at most 256, on one line, without spaces around it. Keys under `p2pstream.io/` are ours; selectors may name `p2pstream.io/agent-id`.',
  'agent/allow-target':
    'Not a place that an agent may connect to: `host:port`, `host:8000-8099`, `host:*`, `10.0.0.0/8`, `[fd00::/8]:443`.',
  'agent/no-door': 'There are agents and no `management`, to whose address they would connect.',
  'agent/unused': 'No target selects an enabled agent.',
  'match/host': 'Neither a host nor `*.` and a host: no scheme, no port, no other `*`.',
  'match/path':
    'A path that no request can have: it starts with `/`, is written decoded, and has no `.`, `..` or empty segment.',
  'match/method': 'Not a method, or one that is never served.',
  'route/no-match':
    'A route has neither a host, a path prefix nor a path to match, and is not a default route.',
  'route/default-with-match':
    'A default route takes what no other takes; `match` beside it would mean nothing.',
  'route/second-default': 'A listener has two enabled default routes; both places are shown.',
  'route/action': 'A route has neither `forward` nor `redirect`, or both.',
  'route/pool': '`forward` has neither `upstream` nor `targets`, or both.',
  'route/ambiguous-priority':
    'Two routes of one listener have the same priority, and some request fits both: their ids decide, and nobody should be surprised by it. Give one of them another priority.',
  'upstream/no-target':
    'A pool has no enabled target. An error where an enabled route uses it, a warning otherwise.',
  'upstream/hash-key':
    'The policy `hash` without anything to hash on, or a word in `hash_on` or `hash_fallback` that is none of `client_ip`, `host`, `path`, `uri`, `header:NAME`, `cookie:NAME`, `query:NAME` and `none`.',
  'upstream/cookie-name': 'Not a name that a cookie can have (RFC 6265 section 4.1.1).',
  'upstream/ignored-weight':
    'Targets have different weights, and the policy ignores them; only 0 says something there.',
  'upstream/no-weight': 'Every enabled target of a pool has weight 0, so nobody takes new requests.',
  'upstream/unreachable-group':
    'Targets in a group behind one with a static target, which is always available: they are never reached.',
  'target/kind': 'A target has neither `url` nor `static`, or both.',
  'target/url':
    'Not an origin: `http://host[:port]`, `https://host[:port]`, `host[:port]` or `unix:/path`, without path, query and user.',
  'target/alpn':
    '`alpn` contradicts the url: `h2` and `h2h1` are agreed on in a TLS handshake, `h2c` is plain text.',
  'target/sni': 'Not a name that can be asked for in a TLS handshake.',
  'peer/proxy':
    'Not a CONNECT proxy (`http://host[:port]`, `https://host[:port]` or `unix:/path`, without user), or one on the way to a unix socket.',
  'peer/bind-to':
    'Not a local IP address, or none of the family of an origin that is an address. Ports are the choice of the system.',
  'peer/name': 'Neither a host name nor an address that a certificate could carry.',
  'peer/psk-key': 'A shared key that is not 16 to 64 bytes in hex.',
  'peer/conflict':
    'A connection option that another one excludes: of certificates beside a shared key (`psk`), a newest version before the oldest, Proxy-Authorization beside `credentials`.',
  'peer/keepalive':
    '`interval` and `count` of `tcp_keepalive` on a Node that can only set `idle`: they came with 24.21.',
  'peer/timeouts':
    '`total_connection_timeout` is shorter than `connection_timeout`, so that one will never run out.',
  'target/credentials': 'A user name with a colon, or credentials with a control character (RFC 7617).',
  'target/duplicate-id': 'Two targets of one pool have the same id; both places are shown.',
  'health/path': 'A probe asks for a path that starts with `/`, in ASCII and without a fragment.',
  'health/statuses': 'Neither a status from 100 to 599 nor a range like `200-399`.',
  'health/timeout':
    'The `timeout` of a health check is longer than its `interval`: a probe would not be over when the next one is due.',
  'health/long-timeout':
    'The `timeout` of a health check is long. It limits probes; how long a request may take is `response_header_timeout`.',
  'health/not-enabled':
    'A health check is described and nowhere enabled. `enabled: false` says that this is meant.',
  'peer/rfc-noncompliant':
    'A request policy passes on what RFC 9110 7.6.1 says a proxy must remove. A warning, as some origins need it.',
  'peer/any-upgrade':
    'A request policy passes on upgrades to whatever a visitor asks for, `h2c` too: what is said on a connection after it no rule of the file sees. A warning, as some origins speak a protocol of their own.',
  'retry/condition':
    'Not something a request may be sent again for: `connect`, `reset`, `timeout`, or `status:` and a status from 400 to 599.',
  'target/agent':
    'A target with `transport: agent` has no `agent_selector`, or what an agent can not do: a unix socket, `peer.bind_to`, `peer.proxy`.',
  'target/no-agent': 'A selector that no enabled agent of the file fits; the target will not be available.',
  'static/two-bodies': 'A static answer has both `body` and `template`.',
  'static/no-content': 'A body with a status that has none: 204, 205 or 304.',
  'template/body': 'A template has neither `body` nor `body_file`, or both.',
  'template/wrong-kind':
    '`error_pages` take templates of kind `error_page`, static answers those of kind `generic_body`.',
  'template/placeholder':
    'An error page has a placeholder other than `{{ .status }}`, `{{ .reason }}` and `{{ .request_id }}`.',
  'template/too-large': 'A body over 64 KiB (`generic_body`) or 128 KiB (`error_page`).',
  'header/name': 'Not a header name (RFC 9110 section 5.1).',
  'header/value':
    'A header value with characters that HTTP forbids, with spaces around it, or over 8192 characters (RFC 9110 section 5.5).',
  'header/forbidden':
    'A header about the connection and its framing (Connection, Content-Length, Transfer-Encoding, ...): these are ours alone. Host towards an origin is decided by `preserve_host`.',
  'header/repeated': 'The same header twice in one map, in different case.',
  'header/authorization': '`basic_auth` and `request_headers` of one target both write Authorization.',
  'redirect/target': 'A redirect target that does not fit its mode.',
  'reload/routes-removed':
    'A reload would remove a larger share of the running routes than `server.reload.max_removed_routes` allows. Only a running server reports this.',
} as const satisfies Readonly<Record<string, string>>

export type DiagnosticCode = keyof typeof DIAGNOSTIC_CODES
