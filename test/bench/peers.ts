// The proxies that are compared, each with the same job: one host, everything to one origin, `/check/` to another, X-Forwarded-* set.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { LAUNCHER } from '../support/world.ts'
import { HOST } from './loads.ts'
import { PROXY_CORE, type Start } from './tools.ts'

export interface Stand {
  /** A folder of its own. */
  readonly dir: string
  readonly port: number
  readonly originPort: number
  readonly checkPort: number
  readonly isLogging: boolean
}

export interface Peer {
  readonly name: string
  /** The program that must be installed; undefined for what npm brings. */
  readonly program: string | undefined
  start(stand: Stand): Start
}

const beside = (name: string): string => fileURLToPath(new URL(name, import.meta.url))

function nginxConfig(stand: Stand, isTuned: boolean): string {
  const { dir, port, originPort, checkPort } = stand
  // The package's own default logs each line at once; whoever tunes buffers it.
  const log = stand.isLogging ? `${dir}/access.log combined${isTuned ? ' buffer=64k flush=1s' : ''}` : 'off'
  return `
daemon off; user root; worker_processes 1; pid ${dir}/pid; error_log ${dir}/error.log;
events { worker_connections 8192; }
http {
  access_log ${log};
  client_body_temp_path ${dir}/body; proxy_temp_path ${dir}/proxy; fastcgi_temp_path ${dir}/f; uwsgi_temp_path ${dir}/u; scgi_temp_path ${dir}/s;
  keepalive_requests 1000000000;
  upstream origin { server 127.0.0.1:${originPort}; keepalive 256; keepalive_requests 1000000000; }
  ${isTuned ? 'proxy_buffers 8 64k; proxy_buffer_size 64k; proxy_busy_buffers_size 128k; client_body_buffer_size 64k;' : ''}
  proxy_http_version 1.1;
  proxy_set_header Connection "";
  proxy_set_header Host $host;
  proxy_set_header X-Forwarded-For $remote_addr;
  proxy_set_header X-Forwarded-Host $host;
  proxy_set_header X-Forwarded-Proto $scheme;
  server {
    listen 127.0.0.1:${port};
    server_name ${HOST};
    location / { proxy_pass http://origin; }
    location /check/ { proxy_pass http://127.0.0.1:${checkPort}; }
  }
}`
}

const nginx = (isTuned: boolean): Peer => ({
  name: isTuned ? 'nginx tuned' : 'nginx',
  program: 'nginx',
  start(stand) {
    const file = join(stand.dir, 'nginx.conf')
    writeFileSync(file, nginxConfig(stand, isTuned))
    const command = ['nginx', '-c', file, '-e', join(stand.dir, 'error.log')]
    return { core: PROXY_CORE, command, port: stand.port, cwd: stand.dir }
  },
})

const haproxy: Peer = {
  name: 'HAProxy',
  program: 'haproxy',
  start(stand) {
    const file = join(stand.dir, 'haproxy.cfg')
    writeFileSync(
      file,
      `
global
  nbthread 1
  maxconn 8192
defaults
  mode http
  timeout connect 5s
  timeout client 60s
  timeout server 60s
  option forwardfor
  http-reuse always
frontend web
  bind 127.0.0.1:${stand.port}
  http-request set-header X-Forwarded-Proto http
  http-request set-header X-Forwarded-Host %[req.hdr(host)]
  use_backend check if { path_beg /check/ }
  use_backend origin if { hdr(host) -i ${HOST} }
backend origin
  server origin 127.0.0.1:${stand.originPort} pool-max-conn 256
backend check
  server check 127.0.0.1:${stand.checkPort}
`,
    )
    return { core: PROXY_CORE, command: ['haproxy', '-db', '-f', file], port: stand.port, cwd: stand.dir }
  },
}

const caddy: Peer = {
  name: 'Caddy',
  program: 'caddy',
  start(stand) {
    const file = join(stand.dir, 'Caddyfile')
    writeFileSync(
      file,
      `{
  admin off
  auto_https off
  skip_install_trust
}
http://${HOST}:${stand.port} {
  bind 127.0.0.1
  handle /check/* {
    reverse_proxy 127.0.0.1:${stand.checkPort}
  }
  handle {
    reverse_proxy 127.0.0.1:${stand.originPort} {
      transport http {
        keepalive_idle_conns_per_host 256
      }
    }
  }
}
`,
    )
    const env = {
      GOMAXPROCS: '1',
      HOME: stand.dir,
      XDG_DATA_HOME: join(stand.dir, 'data'),
      XDG_CONFIG_HOME: join(stand.dir, 'config'),
    }
    const command = ['caddy', 'run', '--config', file, '--adapter', 'caddyfile']
    return { core: PROXY_CORE, command, port: stand.port, env, cwd: stand.dir }
  },
}

const fromNpm = (name: string, file: string): Peer => ({
  name,
  program: undefined,
  start({ dir, port, originPort, checkPort }) {
    const command = [process.execPath, beside(file), ...[port, originPort, checkPort].map(String)]
    return { core: PROXY_CORE, command, port, cwd: dir, env: { NODE_ENV: 'production' } }
  },
})

const p2pstream: Peer = {
  name: 'p2pstream',
  program: undefined,
  start(stand) {
    const file = join(stand.dir, 'p2pstream.yaml')
    writeFileSync(
      file,
      `version: 1
logging: { level: warn, access: { enabled: ${stand.isLogging} } }
listeners:
  web: { protocol: http, bind: 127.0.0.1, port: ${stand.port} }
routes:
  check:
    listener: web
    priority: 10
    match: { host: ${HOST}, path_prefix: /check }
    forward: { targets: [{ url: "http://127.0.0.1:${stand.checkPort}", preserve_host: true }] }
  origin:
    listener: web
    match: { host: ${HOST}, path_prefix: / }
    forward: { targets: [{ url: "http://127.0.0.1:${stand.originPort}", preserve_host: true }] }
`,
    )
    return {
      core: PROXY_CORE,
      command: [process.execPath, LAUNCHER, 'run', '-c', file],
      port: stand.port,
      cwd: stand.dir,
      ...(stand.isLogging ? { output: join(stand.dir, 'access.log') } : {}),
    }
  },
}

/** The first is the measure of all others. */
export const PEERS: readonly Peer[] = [
  nginx(false),
  nginx(true),
  p2pstream,
  haproxy,
  caddy,
  fromNpm('http-proxy-3', 'peer-http-proxy-3.ts'),
  fromNpm('@fastify/http-proxy', 'peer-fastify.ts'),
]
