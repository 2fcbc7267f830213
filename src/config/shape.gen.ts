// Printed from schemas/p2pstream.schema.json by `npm run press`; change that file instead.
// The types of a checked config: defaults are present, a single value where a list may stand is a list.

/** The whole file, p2pstream.yaml. */
export interface Config {
  /** The version of the vocabulary; it pins every default. */
  readonly version: 1
  /** Other files to merge, relative to the file that names them; `*`, `?` and `**` are globs. They hold id maps only (listeners, certificates, agents, templates, upstreams, routes). A glob may match nothing, a literal path may not; dot files are skipped; nothing outside the main file's folder is read. The main file alone may include. */
  readonly include: readonly string[]
  /** What upstreams and targets start from. */
  readonly defaults: Defaults
  /** The process as a whole. */
  readonly server: Server
  /** What is told, where: access records on stdout, everything else on stderr. */
  readonly logging: Logging
  /** What a server keeps on disk. */
  readonly state: State
  /** The operator's own address: health, status, reload, metrics. It is opened when this is written (`management: { port: 8081 }`); the unix socket in the state folder is always there. Never a public listener. */
  readonly management?: Management
  /** The addresses that visitors connect to, by id. */
  readonly listeners: Readonly<Record<string, Listener>>
  /** What https listeners show to their visitors, by id. */
  readonly certificates: Readonly<Record<string, Certificate>>
  /** Processes in private networks that dial out to us, and through which targets with `transport: agent` are reached, by id. */
  readonly agents: Readonly<Record<string, Agent>>
  /** Bodies that static targets and error pages use, by id. */
  readonly templates: Readonly<Record<string, Template>>
  /** Reusable pools of targets, by id. A route may also write its pool in place, under `forward`. */
  readonly upstreams: Readonly<Record<string, Upstream>>
  /** Which requests go where, by id. Order in the file means nothing: routes are tried by `priority`, then by id in code-point order. */
  readonly routes: Readonly<Record<string, Route>>
}

/** An identity: what survives a reload. Letters, digits, dot, underscore and hyphen, at most 64, starting with a letter or digit; unique in its map. */
export type Id = string

/** Shown to people in place of the id; means nothing else. */
export type Name = string

/** A length of time with its unit: `250ms`, `30s`, `5m`, `1h30m`, `7d`; a bare number is accepted for `0` only. */
export type Duration = string

/** A number of bytes: `512`, `64KiB`, `10MiB`, `1GiB`. */
export type Size = string

/** A share: `20%`, from `0%` to `100%`. */
export type Percent = string

/** Peers whose word we take: CIDR ranges, bare addresses, and the word `unix` for peers on a unix socket. */
export type Proxies = readonly string[]

/** What upstreams and targets start from. */
export interface Defaults {
  /** Connection options for every upstream; an upstream's own `peer` and a target's own `peer` go over it, key by key. */
  readonly peer: Peer
}

/** The process as a whole. */
export interface Server {
  /** How long a removed listener, a removed target or a stop may let work finish. */
  readonly drain_timeout: Duration
  /** How a changed file is noticed and accepted. */
  readonly reload: Reload
  /** Peers whose X-Forwarded-For or Forwarded we believe (walked right to left): CIDR ranges, bare addresses, and the word `unix` for peers on a unix socket. The management address believes them, too: wrong tokens are counted for whom they pass on. */
  readonly trusted_proxies: Proxies
  /** What a visitor may send and how long it may be silent. Any listener may override any of these under its own `limits`. */
  readonly limits: Limits
}

/** How a changed file is noticed and accepted. */
export interface Reload {
  /** Quiet time after the last change seen, at most 2s after the first. */
  readonly debounce: Duration
  /** How often the content is compared beside the file events. */
  readonly poll: Duration
  /** A reload that removes more than this share of the routes is refused. */
  readonly max_removed_routes: Percent
}

/** What a visitor may send and how long it may be silent. */
export interface Limits {
  /** The whole head of a request; past it 431. */
  readonly max_header_bytes: Size
  /** Field lines in a head or a trailer section; past it 431. */
  readonly max_headers: number
  /** The request target; past it 414. */
  readonly max_url_bytes: Size
  /** The request body; past it 413. */
  readonly max_body_bytes: Size
  /** From the connection, or the first byte of a later request, to the end of its head; past it 408. */
  readonly header_timeout: Duration
  /** No progress in the request body; past it 408. */
  readonly body_idle_timeout: Duration
  /** The visitor reads nothing of the response; past it the connection is closed. */
  readonly write_idle_timeout: Duration
  /** How long an idle connection waits for its next request. */
  readonly keepalive_timeout: Duration
  /** Connections open at once; past it they are accepted, not read, and closed after `header_timeout`. */
  readonly max_connections: number
  /** Requests being served at once; past it 503 with `Retry-After: 1`. */
  readonly max_requests_in_flight: number
}

/** What is told, where: access records on stdout, everything else on stderr. */
export interface Logging {
  /** The least important event that is still written. */
  readonly level: 'trace' | 'debug' | 'info' | 'warn' | 'error'
  /** One JSON object a line, or lines for people. */
  readonly format: 'json' | 'pretty'
  /** The one record of every exchange. A slow reader makes us drop and count, never wait. */
  readonly access: Access
}

/** The one record of every exchange. A slow reader makes us drop and count, never wait. */
export interface Access {
  /** Whether records are written. */
  readonly enabled: boolean
  /** JSON with OpenTelemetry's names, or the combined log format. */
  readonly format: 'json' | 'combined'
  /** The share of exchanges that is recorded; errors always are. */
  readonly sample: Percent
}

/** What a server keeps on disk. */
export interface State {
  /** A folder for what outlives the process: the certificates that `self_signed` and `management.tls` make, and the socket by which the server's own commands reach it. It is made when it is not there, for its owner alone. Left out: `$STATE_DIRECTORY`, else `$XDG_STATE_HOME/p2pstream`, else `~/.local/state/p2pstream`. */
  readonly dir: string
}

/** The operator's own address: health, status, reload, metrics. It is opened when this is written (`management: { port: 8081 }`); the unix socket in the state folder is always there. Never a public listener. */
export interface Management {
  /** The address to listen on: loopback, where reading is free, or any other, where everything but `/-/healthy` and `/-/ready` needs a token. Empty for every interface. */
  readonly bind: string
  /** Where it listens; no listener may have it on the same address. */
  readonly port: number
  /** How it is reached, when that differs: its host is one that requests may name, and one that the certificate of `auto` is for. */
  readonly public_url: string
  /** How TLS is spoken at the management address. */
  readonly tls: ManagementTls
  /** How the tunnels of agents are kept under watch; changes hold for those that connect from then on. */
  readonly tunnel: ManagementTunnel
  /** Whether `/metrics` is there. */
  readonly metrics: boolean
  /** Who may read with a password, by id, as browsers ask for it (`Authorization: Basic`). What changes something needs a token. `p2pstream users new` makes a password and its hash. */
  readonly users: Readonly<Record<string, User>>
  /** Who may do what, by id: `Authorization: Bearer TOKEN`. `p2pstream tokens new` makes one. One of `tokens` and `users` is required when `bind` isn't loopback. */
  readonly tokens: Readonly<Record<string, Token>>
}

/** How the tunnels of agents are kept under watch; changes hold for those that connect from then on. */
export interface ManagementTunnel {
  /** How often an agent is asked whether it is there. */
  readonly ping_interval: Duration
  /** How long it may take to answer; then its tunnel is over, and the requests on it fail at once. */
  readonly ping_timeout: Duration
}

/** How TLS is spoken at the management address. */
export interface ManagementTls {
  /** `auto`: a certificate signed by an authority of this server's own, both made once in the state folder (`management/ca.pem` is what clients trust) and renewed in time. `provided`: `cert_file` and `key_file`. `off`: plain text; off loopback that is a warning. */
  readonly mode: 'auto' | 'provided' | 'off'
  /** PEM: the certificate, then those that lead to its issuer. Watched. */
  readonly cert_file: string
  /** PEM: the private key, without a passphrase. Watched, and never shown. */
  readonly key_file: string
  /** Certificates (PEM) of those who may sign agents' certificates. An agent then needs, beside its token, a certificate for `spiffe://p2pstream/agent/ID` (a URI among its alternative names); operators need none, but one that somebody else signed is refused. */
  readonly client_ca_file: string
  /** More names and addresses under which it is reached: requests may name them, and the certificate of `auto` is for them too. */
  readonly extra_hosts: readonly string[]
}

/** A person, known by the hash of a password. */
export interface User {
  /** Argon2id in its usual notation; it may cost 256 MiB, ten passes and sixteen lanes at most. */
  readonly password_hash: string
}

/** A bearer token, known by its hash alone. */
export interface Token {
  /** `sha256:` and the SHA-256 of the token in hex. */
  readonly hash: string
  /** `read`: status, routes, targets, explanations, how the last load ended. `write`: what changes something, as a reload does. `metrics`: `/metrics`. */
  readonly scopes: readonly ('read' | 'write' | 'metrics')[]
}

/** One address that visitors connect to. */
export interface Listener {
  /** Shown to people in place of the id; means nothing else. */
  readonly name?: Name
  /** What is spoken there: `http` in plain text, `https` over TLS. */
  readonly protocol: 'http' | 'https'
  /** An IP address, or `unix:/path` for a unix socket; empty for every interface. */
  readonly bind: string
  /** Required, unless `bind` is a unix socket, where it is an error. */
  readonly port?: number
  /** The permissions of the unix socket, in quotes: `"0660"`. They are set whatever the process's umask is. Left out: 0660. */
  readonly mode?: string
  /** Whether the address is opened. */
  readonly enabled: boolean
  /** Whether HTTP/2 is spoken beside HTTP/1.1: over TLS when the visitor asks for it by ALPN, in plain text when it begins with it (prior knowledge). */
  readonly http2: boolean
  /** Whether connections begin with a header of the PROXY protocol, version 1 or 2, before TLS too. Only `trusted_proxies` may send one: the address in it is then the one that connected, for every purpose, and X-Forwarded-For is believed only if that address is trusted itself. With `require` a connection without a header is closed, and so is everybody else's; with `accept` one without a header goes on as it is, and from everybody else a header is a bad request. */
  readonly proxy_protocol: 'off' | 'accept' | 'require'
  /** Adds to `server.trusted_proxies`, for this listener. */
  readonly trusted_proxies: Proxies
  /** Overrides `server.limits` key by key, for this listener. */
  readonly limits: Limits
  /** https only. */
  readonly tls: ListenerTls
  /** http only: every request is answered with 308 to the same host and path on https, port 443, before any route is looked for. */
  readonly redirect_to_https: boolean
  /** Pages for the answers that we make ourselves here; a route's own pages come first. */
  readonly error_pages: ErrorPages
}

/** How TLS is spoken with visitors. */
export interface ListenerTls {
  /** The oldest version of TLS that is spoken, in quotes. TLS 1.1 and older are never spoken. */
  readonly min_version: '1.2' | '1.3'
  /** Names of cipher suites as OpenSSL writes them, with `:` between them, the preferred one first; empty for those with forward secrecy and AEAD. Without a name of TLS 1.3 (`TLS_...`) its suites stay as they are. */
  readonly ciphers: string
  /** Certificates (PEM) of those who may sign visitors' certificates. A visitor without a certificate of theirs is refused. */
  readonly client_ca_file: string
  /** The certificates of this listener; empty for all of the file. Which of them a visitor gets follows the name that it asks for (SNI): a host that is written exactly, then `*.example.com` for one level. */
  readonly certificates: readonly string[]
  /** For visitors who ask for no name, or for one that no certificate has. Empty: the first of `certificates`, else the one with the smallest id. */
  readonly default_certificate: string
}

/** A certificate and its key. Exactly one of `cert_file` with `key_file`, and `self_signed`. */
export interface Certificate {
  /** The names that it is chosen for: `example.com`, `*.example.com` for one level, IP addresses. Left out: the names inside the certificate; of a self-signed one `localhost`, `127.0.0.1`, `::1`. */
  readonly hosts: readonly string[]
  /** PEM: the certificate, then those that lead to its issuer. It is watched; a new one serves new connections, and no connection is closed. */
  readonly cert_file?: string
  /** PEM: the private key, without a passphrase. It is watched, and never shown. */
  readonly key_file?: string
  /** A certificate that we make ourselves (EC, P-256) and keep in the state folder. Browsers warn of it. */
  readonly self_signed?: SelfSigned
}

/** An agent: who it is, and what it may be used for. Edits take effect without a reconnect; another token, or none, ends its sessions when their streams are done. */
export interface Agent {
  /** Shown to people in place of the id; means nothing else. */
  readonly name?: Name
  /** `sha256:` and 64 hexadecimal digits, of the token that `p2pstream agents new` printed. Secret: never shown. */
  readonly token_hash: string
  /** Whether it may connect and be chosen. */
  readonly enabled: boolean
  /** What selectors match. Every agent has `p2pstream.io/agent-id` with its id, too. */
  readonly labels: Labels
  /** Its share under the weighted policies of `agent_load_balancing`. */
  readonly weight: number
  /** Where it may be asked to connect to: `host:port`, `host:*`, `10.0.0.0/8`, `10.0.0.0/8:443`; empty for whatever the targets name. The agent has a list of its own besides. */
  readonly allow_targets: readonly string[]
  /** Connections through it at the same time; 0 means 1024. */
  readonly max_streams: number
}

/** Labels: a key of 1 to 128 bytes, a value of at most 256. */
export type Labels = Readonly<Record<string, string>>

/** A certificate that we make ourselves (EC, P-256) and keep in the state folder. Browsers warn of it. */
export interface SelfSigned {
  /** How long it is valid. When less than a third is left at a start or a reload, another one is made. */
  readonly days: number
}

/** A status (`502`) or a class (`4xx`, `5xx`) to the id of a template of kind `error_page`; the exact status comes first. Only for answers that we make ourselves, never for the origin's or a static target's. */
export type ErrorPages = Readonly<Record<string, string>>

/** A body. Status and headers stay with who uses it. Exactly one of `body` and `body_file`. */
export interface Template {
  /** `generic_body`: the bytes as they are, at most 64 KiB, for static targets. `error_page`: text with the placeholders `{{ .status }}`, `{{ .reason }}`, `{{ .request_id }}`, at most 128 KiB, for `error_pages`. */
  readonly kind: 'generic_body' | 'error_page'
  /** Used when who uses the template sets no Content-Type itself. */
  readonly content_type: string
  /** For people. */
  readonly description: string
  /** The text itself, literally: `${...}` means nothing in it. */
  readonly body?: string
  /** The file that holds it, relative to the file that says so. It is watched. */
  readonly body_file?: string
}

/** How a connection to an origin is made and kept. Written in `defaults.peer`, under an upstream, under a target, and under `forward` for the route's own traffic; they merge in that order, key by key. `null` is the built-in default. */
export interface Peer {
  /** The TCP handshake; and, each counted apart, the answer of a CONNECT proxy and the TLS handshake. Left out: 5s. */
  readonly connection_timeout?: PeerDuration
  /** Everything until the connection is there: DNS, TCP, CONNECT and TLS together. Left out: 10s. */
  readonly total_connection_timeout?: PeerDuration
  /** Silence between two reads, restarted by every read. Left out: 0. */
  readonly read_timeout?: PeerDuration
  /** The origin accepts no bytes. Left out: 60s. */
  readonly write_timeout?: PeerDuration
  /** The life of an idle pooled connection; a shorter `Keep-Alive: timeout` of the origin wins. Left out: 60s. */
  readonly idle_timeout?: PeerDuration
  /** Connections to one target at once, idle ones, WebSockets and those of HTTP/2 included. Past it requests wait in the order in which they came, 1024 of them at the most, for up to `connection_timeout`; then 503 with Retry-After. Left out: 0. */
  readonly max_connections?: number | null
  /** The protocol spoken: `h1`, `h2`, `h2h1` (HTTP/2 where the origin agrees to it, else HTTP/1.1), `h2c` (HTTP/2 in plain text, by prior knowledge). `h2` and `h2h1` need https, `h2c` needs http. Left out: h1. */
  readonly alpn?: 'h1' | 'h2' | 'h2h1' | 'h2c' | null
  /** https: the name that is asked for, and that the origin's certificate is held to. Empty: none is sent, and the url's host is verified. Left out: the url's host; none for an IP address. */
  readonly sni?: string | null
  /** https: whether the origin's certificate has to be signed by somebody we trust. Left out: true. */
  readonly verify_cert?: boolean | null
  /** https: whether the origin's certificate has to carry its name. Left out: true. */
  readonly verify_hostname?: boolean | null
  /** https: a file, or a list of files (PEM), with the certificates that are trusted in place of the built-in and the system's ones. Left out: the built-in and the system's ones. */
  readonly ca?: readonly string[] | null
  /** https: whether whom the system trusts is trusted beside the built-in certificates of Node. Left out: true. */
  readonly use_system_certs?: boolean | null
  /** https: a further name, or a list of them, that the origin's certificate may carry in place of its own. Left out: none. */
  readonly alternative_cn?: readonly string[] | null
  /** https: the certificate, with those between it and its authority, that is shown to the origin (mutual TLS). The files are watched. Left out: none. */
  readonly client_cert_key?: ClientCertKey | null
  /** https: a key that the origin shares with us, in place of all certificates (RFC 4279; RFC 9257 for TLS 1.3, where it is used with SHA-256). It excludes `ca`, `use_system_certs`, `client_cert_key`, `alternative_cn`, `verify_cert` and `verify_hostname`. Left out: none. */
  readonly psk?: Psk | null
  /** https: versions and cipher suites, by Mozilla's guidelines for server-side TLS (5.7) or by themselves. `modern`: TLS 1.3 only. `intermediate`: TLS 1.2 and 1.3 with forward secrecy and AEAD suites. `compat`: TLS 1.0 and up with the guidelines' old suites as far as OpenSSL still has them, at OpenSSL's security level 0, so that SHA-1 signatures and RSA keys of 1024 bits pass too: for old origins in a network of your own. Left out: intermediate. */
  readonly tls_policy?: TlsPolicy
  /** A proxy on the way to the origin: we ask it for a tunnel (CONNECT, RFC 9110 9.3.6), also to http origins. Any 2xx is success; anything else is 502. Left out: none. */
  readonly proxy?: ConnectProxy | null
  /** The local IP address, or a list of them, that connections are made from: for each one of the right family, at random. Not a port. Left out: the system's choice. */
  readonly bind_to?: readonly string[] | null
  /** Probes on a connection where nothing happens, or `off`. Left out: { idle: 60s }. */
  readonly tcp_keepalive?: TcpKeepalive
  /** Keeps connections of different owners apart: those with different keys are never shared. Left out: none. */
  readonly group_key?: string | null
  /** Which of a visitor's connection-specific fields the origin gets; changed without a new connection. Left out: standard. */
  readonly http_upstream_request_policy?: RequestPolicy
}

/** A length of time with its unit, as everywhere; `null` is the built-in default. */
export type PeerDuration = string | null

/** https: the certificate, with those between it and its authority, that is shown to the origin (mutual TLS). The files are watched. */
export interface ClientCertKey {
  /** The chain (PEM), ours first. */
  readonly cert_file: string
  /** The private key (PEM). */
  readonly key_file: string
  /** Opens a key that is encrypted; best written as a reference, `${file:/run/secrets/...}`. Left out: none. Secret: never shown. */
  readonly passphrase?: string
}

/** https: a key that the origin shares with us, in place of all certificates (RFC 4279; RFC 9257 for TLS 1.3, where it is used with SHA-256). It excludes `ca`, `use_system_certs`, `client_cert_key`, `alternative_cn`, `verify_cert` and `verify_hostname`. */
export interface Psk {
  /** What the origin knows the key by. */
  readonly identity: string
  /** The key in hex, 16 to 64 bytes; best written as a reference, `${file:/run/secrets/...}`. Secret: never shown. */
  readonly key: string
}

/** https: versions and cipher suites, by Mozilla's guidelines for server-side TLS (5.7) or by themselves. `modern`: TLS 1.3 only. `intermediate`: TLS 1.2 and 1.3 with forward secrecy and AEAD suites. `compat`: TLS 1.0 and up with the guidelines' old suites as far as OpenSSL still has them, at OpenSSL's security level 0, so that SHA-1 signatures and RSA keys of 1024 bits pass too: for old origins in a network of your own. */
export type TlsPolicy = 'modern' | 'intermediate' | 'compat' | null | TlsPolicyMap

export interface TlsPolicyMap {
  /** The oldest version. Older ones come with `compat` only. */
  readonly min_version: '1.2' | '1.3'
  /** The newest version. */
  readonly max_version: '1.2' | '1.3'
  /** Names of cipher suites as OpenSSL writes them, with `:` between. Those of TLS 1.3 are the usual ones unless some are among them. Left out: those of `intermediate`. */
  readonly ciphers: string
}

/** A proxy on the way to the origin: we ask it for a tunnel (CONNECT, RFC 9110 9.3.6), also to http origins. Any 2xx is success; anything else is 502. */
export interface ConnectProxy {
  /** Where it listens: `http://host[:port]`, `https://host[:port]` or `unix:/path`. Over https its certificate is verified for its host, always, by whom `ca` and `use_system_certs` say, under `tls_policy`. */
  readonly uri: string
  /** Sent to the proxy as Proxy-Authorization (Basic, RFC 7617). Left out: none. */
  readonly credentials?: ProxyCredentials
  /** Headers of the CONNECT request, a value or a list of values for each name. */
  readonly headers: HeaderValues
}

/** Sent to the proxy as Proxy-Authorization (Basic, RFC 7617). */
export interface ProxyCredentials {
  /** Without a colon or control characters. */
  readonly username: string
  /** Without control characters; best written as a reference, `${file:/run/secrets/...}`. Secret: never shown. */
  readonly password: string
}

/** Probes on a connection where nothing happens, or `off`. */
export type TcpKeepalive = 'off' | null | TcpKeepaliveMap

export interface TcpKeepaliveMap {
  /** Silence before the first probe, in whole seconds. */
  readonly idle: Duration
  /** Between two probes, in whole seconds. Needs a Node that can set it, from 24.21. Left out: 1s. */
  readonly interval?: Duration
  /** Probes without an answer until the connection is given up. Needs a Node that can set it, from 24.21. Left out: 10. */
  readonly count?: number
}

/** Requests of our own that show whether a target is well. Written under an upstream and under a target; they merge in that order, key by key. `null` is the built-in default. A probe goes over a connection of its own, made as `peer` says, carries the target's `request_headers` and `basic_auth`, and follows no redirect. The first one comes at a random moment within the interval. */
export interface HealthCheck {
  /** Whether the target is checked at all. Left out: false. */
  readonly enabled?: boolean | null
  /** The method of a probe. Left out: GET. */
  readonly method?: 'GET' | 'HEAD' | null
  /** The path of a probe as it goes on the wire; a query may follow. Left out: /. */
  readonly path?: string | null
  /** Headers of a probe, over the target's: a value or a list of values for each name. `Host` may be among them; left out, it is the url's. */
  readonly headers?: HeaderValues
  /** From the end of one probe to the next. Left out: 10s. */
  readonly interval?: PeerDuration
  /** From the start of the connection to the end of the answer, of which at most 64 KiB of body are read. Not longer than `interval`. It is not how long requests may take: that is `response_header_timeout`. Left out: 2s. */
  readonly timeout?: PeerDuration
  /** So many good probes in a row make a target healthy. Left out: 2. */
  readonly healthy_threshold?: number | null
  /** So many bad probes in a row make it unhealthy: no new request goes there. Left out: 2. */
  readonly unhealthy_threshold?: number | null
  /** What a good answer has: a status, a range, or a list of them. Left out: 200-399. */
  readonly expected_status?: readonly string[] | null
  /** What a target is taken for until its first probes say more: `unknown` is available, `unhealthy` is not. Left out: unknown. */
  readonly initial?: 'unknown' | 'unhealthy' | null
}

/** What requests themselves show: a target that fails them cools down, and gets no new request meanwhile. Connections that fail, timeouts and resets before the response's head count; never a visitor that gave up, and nothing that happens in a body. Written under an upstream and under a target; they merge in that order, key by key. `null` is the built-in default. */
export interface PassiveHealth {
  /** Whether failed requests count. Left out: what `health_check.enabled` is. */
  readonly enabled?: boolean | null
  /** So many failures within `window` begin a cool-down. Left out: 1. */
  readonly max_failures?: number | null
  /** How long a failure counts. Left out: 30s. */
  readonly window?: PeerDuration
  /** How long a target then gets no new request; a good probe ends it early. Left out: 30s. */
  readonly cooldown?: PeerDuration
  /** Answers that count as failures, too: a status, a range, or a list of them. Left out: none. */
  readonly statuses?: readonly string[] | null
}

/** What goes on of a request's hop-by-hop fields, of those that its Connection field nominates (RFC 9110 7.6.1), and of a wish to change the protocol. `standard` is the map with its defaults, `deny_upgrades` the same with `h1_upgrade: deny`. `preserve` passes all of them on, which no proxy may (a warning says so). A map replaces what is written further out; it does not add to it. Framing, forwarding fields and our own cookies stay ours whatever stands here. What is refused is 400 before any connection to the origin is made. */
export type RequestPolicy = 'standard' | 'preserve' | 'deny_upgrades' | null | RequestPolicyMap

export interface RequestPolicyMap {
  /** Keep-Alive, Proxy-Connection, Proxy-Authenticate, Proxy-Authorization and TE end here, and with `h1_upgrade: preserve` Connection too. Left out: true. */
  readonly strip_hop_by_hop?: boolean
  /** Fields that Connection nominates end here. `false` also lets go of every check of the nominations. Left out: true. */
  readonly strip_connection_nominated?: boolean
  /** A nomination that is no token is 400; otherwise it is passed over, and counts. Left out: true. */
  readonly reject_malformed_connection_nominations?: boolean
  /** More words in Connection than this are 400; `close`, `keep-alive` and `upgrade` count. Left out: 9. */
  readonly max_connection_nominations?: number
  /** Fields whose nomination is 400, in place of the default ones. Every name that the config sets towards the origin is protected as well, and so is any word that starts with `:`. Left out: Host, Forwarded, Via, Authorization, Cookie, X-Real-IP, X-Forwarded-For, -Host, -Proto, -Port, -Prefix, -Server, -User, -Groups and -Email. */
  readonly protected_headers?: readonly string[]
  /** `TE: trailers` goes on, which gRPC asks for, and nothing else of TE. Left out: true. */
  readonly keep_te_trailers?: boolean
  /** `websocket_only`: a proper WebSocket handshake goes on as exactly that, any other Upgrade as a plain request without its upgrade fields. `preserve`: whatever Upgrade asks for goes on as it came, with all of its fields, and is relayed once the origin has answered 101. `deny`: none goes on, a WebSocket over HTTP/2 is 501. Left out: websocket_only. */
  readonly h1_upgrade?: 'websocket_only' | 'preserve' | 'deny'
}

/** When an attempt that failed is followed by another one, at another target while there is one that wasn't tried. Off unless `attempts` says so. Written under an upstream, and under `forward` for the route's own traffic, where it goes over the upstream's key by key; `null` is the built-in default. */
export interface Retry {
  /** Attempts in total, the first one included, as `proxy_next_upstream_tries` of nginx counts them; 1 turns retries off. A kept connection that turns out to be closing is replaced in any case, and is no attempt of its own. Left out: 1. */
  readonly attempts?: number | null
  /** `connect`: no connection was made, or the origin said that it did nothing with the request; any method goes again, for nothing was acted on. What follows may run a request twice, and holds for `methods` only, never for a WebSocket. `reset`: the connection ended, or spoke no HTTP, before the head of the response was complete. `timeout`: `response_header_timeout`, `read_timeout` or `write_timeout` ran out before it was. `status:503`, any status from 400 to 599: the response is thrown away; that of the last attempt is delivered. Left out: [connect]. */
  readonly on?: readonly string[] | null
  /** Methods that may be sent again although they might have been acted on. Left out: [GET, HEAD, OPTIONS, PUT, DELETE]. */
  readonly methods?: readonly string[] | null
  /** What is held of a request's body while it may have to be sent again. A larger body is sent once it has been begun, and so is any while all requests together hold 64 MiB. Left out: 64KiB. */
  readonly body_buffer?: string | null
  /** Retries there may be for each request of the pool. Ten a second are allowed beside it, so that little traffic may be retried too; of both, what wasn't used adds up to 100 (as Finagle's and Linkerd's retry budgets, without their window). Left out: 20%. */
  readonly budget?: string | null
  /** A retry waits for a random time up to this, the next one up to twice as long, and so on (full jitter). Left out: 25ms. */
  readonly backoff?: PeerDuration
}

/** How a target is chosen among the available ones of the lowest priority group. `weighted_round_robin` is smooth (weights 3 and 1 give 75 % and 25 %); `round_robin` ignores weights. `random` and `weighted_random` leave it to chance. `least_active_requests` takes the one with the fewest requests under way, `weighted_least_active_requests` the one with the fewest for its weight; those equally busy take turns. `hash` keeps the same key (`hash_on`) with the same target: one that goes, or can't serve, moves no key but its own. `power_of_two` draws two by weight and takes the less busy one for its weight. `peak_ewma` draws two by weight and takes the one whose answers have begun sooner of late, for the requests it has (Finagle's measure, over 10 seconds). */
export type LoadBalancing = 'weighted_round_robin' | 'round_robin' | 'random' | 'weighted_random' | 'least_active_requests' | 'weighted_least_active_requests' | 'hash' | 'power_of_two' | 'peak_ewma'

/** A cookie leads back to the target as long as it is available in the priority group that serves; then another one is chosen, and the cookie with it. It is signed with a secret in the state folder, so it holds through reloads and restarts; it tells nothing about the target, and no origin sees it. Pools whose cookies have one name share it: it holds a token for each, of eight at the most, as long as the last one's `ttl` says. */
export interface Sticky {
  /** Whether there is such a cookie. */
  readonly enabled: boolean
  /** Its name. It has Path=/, HttpOnly and SameSite=Lax, and Secure where visitors come over TLS. */
  readonly cookie: string
  /** How long a browser keeps it, from when it was given (Max-Age). */
  readonly ttl: Duration
}

/** Words for people and lists. */
export type Tags = readonly string[]

/** A pool of targets. */
export interface Upstream {
  /** Shown to people in place of the id; means nothing else. */
  readonly name?: Name
  /** How a target is chosen among the available ones of the lowest priority group. `weighted_round_robin` is smooth (weights 3 and 1 give 75 % and 25 %); `round_robin` ignores weights. `random` and `weighted_random` leave it to chance. `least_active_requests` takes the one with the fewest requests under way, `weighted_least_active_requests` the one with the fewest for its weight; those equally busy take turns. `hash` keeps the same key (`hash_on`) with the same target: one that goes, or can't serve, moves no key but its own. `power_of_two` draws two by weight and takes the less busy one for its weight. `peak_ewma` draws two by weight and takes the one whose answers have begun sooner of late, for the requests it has (Finagle's measure, over 10 seconds). */
  readonly load_balancing: LoadBalancing
  /** For `hash`: what of a request decides its target. `client_ip`, `host`, `path` (decoded), `uri` (path and query as sent), `header:NAME`, `cookie:NAME`, `query:NAME`; a list is joined to one key. */
  readonly hash_on: readonly string[]
  /** For `hash`: what decides in place of `hash_on` for a request that has nothing of it. `none`: such requests take turns. */
  readonly hash_fallback: readonly string[]
  /** For `hash`: into how many parts the keys are divided. Each belongs to one target, and a target has its share by weight; with many targets more parts are more even (ten times as many as targets, at least). */
  readonly slots: number
  /** Brings a visitor back to the target that served it first, by a signed cookie. */
  readonly sticky: Sticky
  /** Words for people and lists. */
  readonly tags: Tags
  /** Connection options for the targets of this pool. */
  readonly peer: Peer
  /** How the proxy targets of this pool are checked. */
  readonly health_check: HealthCheck
  /** What failed requests mean for the proxy targets of this pool. */
  readonly passive_health: PassiveHealth
  /** When a request goes on to another target. */
  readonly retry: Retry
  /** The targets, in order. */
  readonly targets: Targets
}

/** The targets, in order. */
export type Targets = readonly Target[]

/** Exactly one of a proxy target (it has `url`) and a static target (it has `static`); keys of the other kind are errors. */
export interface Target {
  /** Unique in its pool. Without it the target is known by its url (a repeat as `url#2`), a static one by its content. */
  readonly id?: Id
  /** Shown to people in place of the id; means nothing else. */
  readonly name?: Name
  /** Whether it may be chosen. */
  readonly enabled: boolean
  /** The lowest group with an available target is used. */
  readonly priority_group: number
  /** Its share under `weighted_round_robin`; 0 takes it out of new requests under every policy. */
  readonly weight: number
  /** Words for people and lists. */
  readonly tags: Tags
  /** The origin: `http://host[:port]`, `https://host[:port]`, or bare `host`, `host:port`, `[v6]:port` for http, or `unix:/path`. No path, query or user. */
  readonly url?: string
  /** Proxy targets: from the last byte of the request to the end of the response head; past it 504. It never limits the body. Left out: 60s. */
  readonly response_header_timeout?: Duration
  /** Proxy targets: `direct` connects from here, `agent` through a tunnel that an agent holds open. */
  readonly transport: 'direct' | 'agent'
  /** Required with `transport: agent`, an error without: labels that must all be on the same agent. `""` matches only `""`. `p2pstream.io/agent-id` names one agent. */
  readonly agent_selector: Labels
  /** How an agent is chosen among those that can serve the target. */
  readonly agent_load_balancing: 'round_robin' | 'weighted_round_robin' | 'random' | 'weighted_random' | 'least_active_requests' | 'weighted_least_active_requests' | 'power_of_two' | 'peak_ewma'
  /** https targets: short for `peer.verify_cert: false`; an error beside that key. */
  readonly tls_skip_verify: boolean
  /** Proxy targets: whether Host is the visitor's; otherwise it is the url's. */
  readonly preserve_host: boolean
  /** Proxy targets: changes to the request's headers, after the route's. */
  readonly request_headers: HeaderEdits
  /** Proxy targets: credentials for the origin (RFC 7617); sets Authorization. */
  readonly basic_auth?: BasicAuth
  /** Proxy targets: connection options. */
  readonly peer: Peer
  /** Proxy targets: how it is checked. */
  readonly health_check: HealthCheck
  /** Proxy targets: what failed requests mean for it. */
  readonly passive_health: PassiveHealth
  /** An answer that we make ourselves, whatever the method. At most one of `body` and `template`. */
  readonly static?: StaticResponse
}

/** Proxy targets: credentials for the origin (RFC 7617); sets Authorization. */
export interface BasicAuth {
  /** Without a colon or control characters. */
  readonly username: string
  /** Without control characters; best written as a reference, `${file:/run/secrets/...}`. Secret: never shown. */
  readonly password: string
}

/** An answer that we make ourselves, whatever the method. At most one of `body` and `template`. */
export interface StaticResponse {
  /** A body with 204, 205 or 304 is an error. */
  readonly status: number
  /** A value or a list of values for each name. Without a Content-Type a body is `text/plain; charset=utf-8`, a template's its own. */
  readonly headers: HeaderValues
  /** The text itself, literally: `${...}` means nothing in it. */
  readonly body?: string
  /** A template of kind `generic_body`. */
  readonly template?: string
}

/** A value or a list of values for each name. */
export type HeaderValues = Readonly<Record<string, readonly string[]>>

/** Changes to headers, in this order: remove, set, add. Framing and hop-by-hop names are errors. */
export interface HeaderEdits {
  /** Replaces: a value or a list of values for each name. */
  readonly set: HeaderValues
  /** Adds beside what is there: a value or a list of values for each name. */
  readonly add: HeaderValues
  /** Names whose every line goes. */
  readonly remove: readonly string[]
}

/** Which requests, and what to do with them. Exactly one of `forward` and `redirect`. */
export interface Route {
  /** Shown to people in place of the id; means nothing else. */
  readonly name?: Name
  /** An id or a list of ids: as if written once for each, with one pool. */
  readonly listener: readonly string[]
  /** Whether it may match. */
  readonly enabled: boolean
  /** The listener's default route, used when no other matches: at most one enabled for each listener. `match` beside it is an error, `priority` means nothing. */
  readonly default: boolean
  /** Lower is tried first; ties go by id, in code-point order. */
  readonly priority: number
  /** Conditions on a request; all that are written must hold. At least one of `host`, `path_prefix` and `path`. */
  readonly match: Match
  /** What becomes of `%2f` and `%5c` in a path: 400, or they count as separators for matching and are passed on as they are. */
  readonly path_security: 'strict' | 'allow_encoded_separators'
  /** The request body; past it 413. */
  readonly max_body_bytes: Size
  /** What happens to the path on the way to the origin; X-Forwarded-Prefix tells it. An error on redirects. */
  readonly rewrite: Rewrite
  /** Changes to the request's headers on the way to the origin, before the target's. */
  readonly request_headers: HeaderEdits
  /** Changes to the headers of every answer of the route, ours included; not on 1xx and 101. */
  readonly response_headers: HeaderEdits
  /** Pages for the answers that we make ourselves; they come before the listener's. */
  readonly error_pages: ErrorPages
  /** Either `upstream`, beside which `response_header_timeout`, `retry` and `peer` may be set for the route's own traffic; or the keys of an upstream in place of it. */
  readonly forward?: Forward
  /** An answer with a Location. */
  readonly redirect?: Redirect
}

/** Conditions on a request; all that are written must hold. At least one of `host`, `path_prefix` and `path`. */
export interface Match {
  /** A host, or `*.example.com` for any depth below it (never itself), or a list. No port, no scheme. Left out: any. */
  readonly host: readonly string[]
  /** On the decoded path, by whole segments, or a list: `/api` matches `/api` and `/api/x`, not `/apiv2`; `/api/` doesn't match `/api`. Written decoded. */
  readonly path_prefix: readonly string[]
  /** The whole decoded path, or a list. A path condition holds when any prefix or any exact path holds. */
  readonly path: readonly string[]
  /** Methods, in capitals; empty for any. */
  readonly methods: readonly string[]
}

/** What happens to the path on the way to the origin; X-Forwarded-Prefix tells it. An error on redirects. */
export interface Rewrite {
  /** Cut from the raw path by whole segments, never below `/`; of a list the longest that fits. Written decoded. */
  readonly strip_prefix: readonly string[]
  /** Put in front of what is left, as it goes on the wire. */
  readonly add_prefix: string
}

/** Either `upstream`, beside which `response_header_timeout`, `retry` and `peer` may be set for the route's own traffic; or the keys of an upstream in place of it. */
export interface Forward {
  /** The id of a pool. */
  readonly upstream?: string
  /** Beside `upstream` only: goes over the targets' for the route's own traffic. */
  readonly response_header_timeout?: Duration
  /** How a target is chosen among the available ones of the lowest priority group. `weighted_round_robin` is smooth (weights 3 and 1 give 75 % and 25 %); `round_robin` ignores weights. `random` and `weighted_random` leave it to chance. `least_active_requests` takes the one with the fewest requests under way, `weighted_least_active_requests` the one with the fewest for its weight; those equally busy take turns. `hash` keeps the same key (`hash_on`) with the same target: one that goes, or can't serve, moves no key but its own. `power_of_two` draws two by weight and takes the less busy one for its weight. `peak_ewma` draws two by weight and takes the one whose answers have begun sooner of late, for the requests it has (Finagle's measure, over 10 seconds). */
  readonly load_balancing: LoadBalancing
  /** For `hash`: what of a request decides its target. `client_ip`, `host`, `path` (decoded), `uri` (path and query as sent), `header:NAME`, `cookie:NAME`, `query:NAME`; a list is joined to one key. */
  readonly hash_on: readonly string[]
  /** For `hash`: what decides in place of `hash_on` for a request that has nothing of it. `none`: such requests take turns. */
  readonly hash_fallback: readonly string[]
  /** For `hash`: into how many parts the keys are divided. Each belongs to one target, and a target has its share by weight; with many targets more parts are more even (ten times as many as targets, at least). */
  readonly slots: number
  /** Brings a visitor back to the target that served it first, by a signed cookie. */
  readonly sticky: Sticky
  /** Words for people and lists. */
  readonly tags: Tags
  /** In place of an upstream: connection options for the targets of the pool. Beside `upstream`: goes over the targets' for the route's own traffic. */
  readonly peer: Peer
  /** In place of an upstream: how the proxy targets of the pool are checked. */
  readonly health_check: HealthCheck
  /** In place of an upstream: what failed requests mean for the proxy targets of the pool. */
  readonly passive_health: PassiveHealth
  /** In place of an upstream: when a request goes on to another target of the pool. Beside `upstream`: goes over the upstream's for the route's own traffic. */
  readonly retry: Retry
  /** The targets, in order. */
  readonly targets: Targets
}

/** An answer with a Location. */
export interface Redirect {
  /** `same_host_path`: the target is a path on the same host. `external_origin_keep_path`: the target is an origin, the path is kept. `absolute_url`: the target is a whole URL. `https`: the same host and path on https, `target` may name another port (`":8443"`). */
  readonly mode: 'same_host_path' | 'external_origin_keep_path' | 'absolute_url' | 'https'
  /** What fits the mode; required in every mode but `https`. */
  readonly target: string
  /** 302 and 301 let the visitor change POST to GET, 307 and 308 do not. */
  readonly status: 301 | 302 | 307 | 308
  /** Whether what follows the route's path prefix is appended, cut from the raw path. An error in the modes that keep the whole path, `external_origin_keep_path` and `https`. */
  readonly preserve_path_suffix: boolean
  /** Whether the query is kept, after the target's own. */
  readonly preserve_query: boolean
}
