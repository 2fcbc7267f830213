// Words that people bring from other proxies, and what they are called here. Looked up by the key alone, wherever it stands.

/** The same thing under another word: the key (or the value) here, and, where it stands elsewhere, how it is written. */
const OURS: Readonly<Record<string, string>> = {
  algorithm: 'load_balancing',
  lb_policy: 'load_balancing',
  lb_algorithm: 'load_balancing',
  policy: 'load_balancing',
  target_load_balancing: 'load_balancing',
  wrr: 'weighted_round_robin',
  rr: 'round_robin',
  least_conn: 'least_active_requests',
  leastconn: 'least_active_requests',
  least_connections: 'least_active_requests',
  least_request: 'least_active_requests',
  ip_hash: 'hash',
  consistent_hash: 'hash',
  ring_hash: 'hash',
  ketama: 'hash',
  maglev: 'hash',
  hash_key: 'hash_on',
  sticky_session: 'sticky',
  sticky_sessions: 'sticky',
  session_affinity: 'sticky',
  p2c: 'power_of_two',
  ewma: 'peak_ewma',
  backend: 'upstream',
  cluster: 'upstream',
  proxy_pass: 'upstream',
  service: 'upstream',
  upstream_id: 'upstream',
  backends: 'upstreams',
  clusters: 'upstreams',
  services: 'upstreams',
  endpoints: 'targets',
  nodes: 'targets',
  servers: 'targets',
  address: 'bind',
  listen: 'bind',
  entry_points: 'listener',
  listener_id: 'listener',
  entrypoints: 'listeners',
  host_pattern: 'host',
  hosts: 'host',
  hostname: 'host',
  server_name: 'host',
  location: 'path_prefix',
  prefix: 'path_prefix',
  paths: 'path',
  method: 'methods',
  is_default: 'default',
  group: 'priority_group',
  path_security_mode: 'path_security',
  strip_path_prefix: 'strip_prefix',
  replace_prefix: 'add_prefix',
  set_headers: 'set',
  status_code: 'status',
  code: 'status',
  static_status_code: 'status',
  static_response_headers: 'headers',
  static_response_body: 'body',
  static_response_template_id: 'template',
  redirect_target: 'target',
  redirect_target_mode: 'mode',
  redirect_status_code: 'status',
  redirect_preserve_query: 'preserve_query',
  redirect_preserve_path_suffix: 'preserve_path_suffix',
  upstream_request_headers: 'request_headers',
  upstream_basic_auth: 'basic_auth',
  upstream_response_header_timeout: 'response_header_timeout',
  client_max_body_size: 'max_body_bytes',
  max_body_size: 'max_body_bytes',
  client_header_timeout: 'header_timeout',
  keepalive: 'keepalive_timeout',
  connect_timeout: 'connection_timeout',
  send_timeout: 'write_timeout',
  content: 'body',
  file: 'body_file',
  log_level: 'level',
  middlewares: 'request_headers',
  ssl: 'tls',
  certificate: 'cert_file',
  cert: 'cert_file',
  ssl_certificate: 'cert_file',
  key: 'key_file',
  ssl_certificate_key: 'key_file',
  domains: 'hosts',
  sans: 'hosts',
  server_names: 'hosts',
  ssl_protocols: 'min_version',
  tls_min_version: 'min_version',
  ssl_ciphers: 'ciphers',
  cipher_suites: 'ciphers',
  ssl_client_certificate: 'client_ca_file',
  client_ca: 'client_ca_file',
  ca_file: 'ca',
  root_ca: 'ca',
  root_cas: 'ca',
  proxy_ssl_trusted_certificate: 'ca',
  server_name_indication: 'sni',
  proxy_ssl_name: 'sni',
  healthcheck: 'health_check',
  health_checks: 'health_check',
  active_health_check: 'health_check',
  passive_health_check: 'passive_health',
  outlier_detection: 'passive_health',
  expect_status: 'expected_status',
  healthy_after: 'healthy_threshold',
  unhealthy_after: 'unhealthy_threshold',
  max_fails: 'max_failures',
  fail_timeout: 'window',
  insecure_skip_verify: 'tls_skip_verify',
  proxy_ssl_verify: 'verify_cert',
  s2n_security_policy: 'tls_policy',
  security_policy: 'tls_policy',
  proxy_ssl_protocols: 'tls_policy',
  client_certificate: 'client_cert_key',
  proxy_ssl_certificate: 'client_cert_key',
  proxy_ssl_certificate_key: 'client_cert_key',
  alternative_names: 'alternative_cn',
  proxy_bind: 'bind_to',
  local_address: 'bind_to',
  source_address: 'bind_to',
  so_keepalive: 'tcp_keepalive',
  proxy_socket_keepalive: 'tcp_keepalive',
  proxy_url: 'proxy',
  proxy_uri: 'proxy',
  https_redirect: 'redirect_to_https',
  ssl_redirect: 'redirect_to_https',
  http2_enabled: 'http2',
  state_dir: 'state',
  request_policy: 'http_upstream_request_policy',
  upstream_request_policy: 'http_upstream_request_policy',
  max_nominations: 'max_connection_nominations',
  strip_nominated: 'strip_connection_nominated',
  upgrade: 'h1_upgrade',
  enable_websocket: 'h1_upgrade',
  retries: 'retry',
  retry_policy: 'retry',
  retry_on: 'on',
  proxy_next_upstream: 'on',
  proxy_next_upstream_tries: 'attempts',
  maxconn: 'max_connections',
  max_conns: 'max_connections',
}

/** What this version doesn't have, under our word or another's. */
const ABSENT: Readonly<Record<string, string>> = {
  waf_captcha_page: 'a WAF',
  waf_waiting_room_page: 'a WAF',
  workers: 'several workers',
  dashboard: 'a dashboard',
  api_writes: 'an API that writes',
  users: 'users of the management door',
  acme: 'ACME',
  waf: 'a WAF',
  rate_limits: 'rate limits',
  rate_limit: 'rate limits',
  traffic_shapers: 'traffic shapers',
  cache: 'a cache',
  access: 'access policies',
  access_policies: 'access policies',
  when: 'CEL conditions',
}

/** What nobody can have here, and why. */
const IMPOSSIBLE: Readonly<Record<string, string>> = {
  max_blinding_delay: 'Node has no such delay; its OpenSSL takes the same time for good and bad records',
  tcp_fast_open: "Node can't set it",
  tcp_recv_buf: "Node can't set it; the system's tcp_rmem is for all sockets",
  tcp_user_timeout: "Node can't set it; read_timeout and write_timeout notice a silent origin",
  user_timeout: "Node can't set it; read_timeout and write_timeout notice a silent origin",
}

/** Parts of the words of reference systems that say nothing here: units are written with the value. */
const UNIT = /_(millis|ms|milliseconds|seconds|secs|bytes_per_second)$/

function snake(word: string): string {
  return word
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replaceAll('-', '_')
    .toLowerCase()
}

/** The ways our word for a foreign one may be spelt, likeliest first; the caller keeps the one that is known where it stands. */
export function oursFor(word: string): readonly string[] {
  const plain = snake(word)
  const unitless = plain.replace(UNIT, '')
  return [plain, unitless, `${unitless}_timeout`, OURS[plain], OURS[unitless]].filter(
    (found): found is string => found !== undefined && found !== word,
  )
}

/** Whether a foreign word carried the unit of its value. */
export function carriesUnit(word: string): boolean {
  return UNIT.test(snake(word))
}

/** What a word asks for that this version doesn't have. */
export function absentFor(word: string): string | undefined {
  const plain = snake(word)
  return Object.hasOwn(ABSENT, plain) ? ABSENT[plain] : undefined
}

/** Why a word asks for what can't be had. */
export function impossibleFor(word: string): string | undefined {
  const plain = snake(word)
  return Object.hasOwn(IMPOSSIBLE, plain) ? IMPOSSIBLE[plain] : undefined
}

/** Amazon's s2n names its policies by a date, or `default`; what they mean is said by `tls_policy` here. */
export function isS2nPolicy(word: string): boolean {
  return /^(default(_\w+)?|\d{8}(_\w+)?|(AWS-)?(CRT-SDK|CloudFront|ELBSecurityPolicy|KMS|PQ)-\S+)$/i.test(
    word,
  )
}
