// HAProxy as a peer: one thread, connections to origins shared.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { HOST } from './loads.ts'
import type { Peer, Stand } from './stand.ts'
import { PROXY_CORE } from './tools.ts'

const haproxyConfig = (stand: Stand): string => `
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
  bind 127.0.0.1:${stand.tlsPort} ssl crt ${stand.certificate.bothFile} alpn h2,http/1.1 ssl-min-ver TLSv1.3
  http-request set-header X-Forwarded-Proto http unless { ssl_fc }
  http-request set-header X-Forwarded-Proto https if { ssl_fc }
  http-request set-header X-Forwarded-Host %[req.hdr(host)]
  use_backend check if { path_beg /check/ }
  use_backend origin if { hdr(host) -i ${HOST} }
backend origin
  server origin 127.0.0.1:${stand.originPort} pool-max-conn 256
backend check
  server check 127.0.0.1:${stand.checkPort}
`

export const haproxy: Peer = {
  name: 'HAProxy',
  program: 'haproxy',
  start(stand) {
    const file = join(stand.dir, 'haproxy.cfg')
    writeFileSync(file, haproxyConfig(stand))
    const command = ['haproxy', '-db', '-f', file]
    return { core: PROXY_CORE, command, ports: [stand.port, stand.tlsPort], cwd: stand.dir }
  },
}
