// Large configurations with the same meaning for p2pstream and nginx: five routes to a host, fifty origins.
const PER_HOST = 5
const ORIGINS = 50

/** `count` routes and one that answers with `marker`. */
export function p2pstreamCrowd(port: number, count: number, marker: string): string {
  const lines = [
    'version: 1',
    'server: { reload: { debounce: 20ms } }',
    'logging: { access: { enabled: false } }',
    'listeners:',
    `  web: { protocol: http, bind: 127.0.0.1, port: ${port} }`,
    'upstreams:',
  ]
  for (let n = 0; n < ORIGINS; n++) {
    lines.push(`  origin-${n}:`, '    targets:', `      - url: http://127.0.0.1:${20_000 + n}`)
  }
  lines.push('routes:', '  marker:', '    listener: web', '    match: { path: /marker }')
  lines.push(`    forward: { targets: [{ static: { body: "${marker}" } }] }`)
  for (let n = 0; n < count; n++) {
    const host = Math.floor(n / PER_HOST)
    lines.push(
      `  route-${n}:`,
      '    listener: web',
      '    match:',
      `      host: host-${host}.example.test`,
      `      path_prefix: /part-${n % PER_HOST}`,
      '    request_headers:',
      `      set: { X-Route: "${n}" }`,
      '    forward:',
      `      upstream: origin-${n % ORIGINS}`,
    )
  }
  return `${lines.join('\n')}\n`
}

export function nginxCrowd(dir: string, port: number, count: number): string {
  const lines = [
    `pid ${dir}/pid; error_log ${dir}/error.log; events {} http { access_log off;`,
    'server_names_hash_max_size 262144; server_names_hash_bucket_size 128;',
  ]
  for (let n = 0; n < ORIGINS; n++) lines.push(`upstream origin-${n} { server 127.0.0.1:${20_000 + n}; }`)
  for (let host = 0; host < count / PER_HOST; host++) {
    lines.push(`server { listen 127.0.0.1:${port}; server_name host-${host}.example.test;`)
    for (let part = 0; part < PER_HOST; part++) {
      const n = host * PER_HOST + part
      lines.push(
        `  location /part-${part}/ { proxy_set_header X-Route "${n}"; proxy_pass http://origin-${n % ORIGINS}; }`,
      )
    }
    lines.push('}')
  }
  return `${lines.join('\n')}\n}\n`
}
