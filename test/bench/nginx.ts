// nginx as a peer: as its package sets it up, and with buffers for large bodies.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { HOST } from './loads.ts'
import type { Peer, Stand } from './stand.ts'
import { PROXY_CORE } from './tools.ts'

function nginxConfig(stand: Stand, isTuned: boolean): string {
  const { dir, port, tlsPort, certificate, originPort, checkPort } = stand
  // The package's own default logs each line at once; whoever tunes buffers it.
  const log = stand.isLogging ? `${stand.logFile} combined${isTuned ? ' buffer=64k flush=1s' : ''}` : 'off'
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
  ssl_certificate ${certificate.certFile}; ssl_certificate_key ${certificate.keyFile};
  ssl_protocols TLSv1.3; ssl_session_cache shared:sessions:10m;
  server {
    listen 127.0.0.1:${port};
    listen 127.0.0.1:${tlsPort} ssl http2;
    server_name ${HOST};
    location / { proxy_pass http://origin; }
    location /check/ { proxy_pass http://127.0.0.1:${checkPort}; }
  }
}`
}

export const nginx = (isTuned: boolean): Peer => ({
  name: isTuned ? 'nginx tuned' : 'nginx',
  program: 'nginx',
  start(stand) {
    const file = join(stand.dir, 'nginx.conf')
    writeFileSync(file, nginxConfig(stand, isTuned))
    const command = ['nginx', '-c', file, '-e', join(stand.dir, 'error.log')]
    return { core: PROXY_CORE, command, ports: [stand.port, stand.tlsPort], cwd: stand.dir }
  },
})
