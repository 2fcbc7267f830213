// Caddy as a peer: one processor, no certificates of its own, its state in the benchmark's folder.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { HOST } from './loads.ts'
import type { Peer, Stand } from './stand.ts'
import { PROXY_CORE } from './tools.ts'

const caddyConfig = (stand: Stand): string => `{
  admin off
  auto_https off
  skip_install_trust
}
(job) {
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
http://${HOST}:${stand.port} {
  import job
}
https://${HOST}:${stand.tlsPort} {
  tls ${stand.certificate.certFile} ${stand.certificate.keyFile} {
    protocols tls1.3
  }
  import job
}
`

export const caddy: Peer = {
  name: 'Caddy',
  program: 'caddy',
  start(stand) {
    const file = join(stand.dir, 'Caddyfile')
    writeFileSync(file, caddyConfig(stand))
    const env = {
      GOMAXPROCS: '1',
      HOME: stand.dir,
      XDG_DATA_HOME: join(stand.dir, 'data'),
      XDG_CONFIG_HOME: join(stand.dir, 'config'),
    }
    const command = ['caddy', 'run', '--config', file, '--adapter', 'caddyfile']
    return { core: PROXY_CORE, command, ports: [stand.port, stand.tlsPort], env, cwd: stand.dir }
  },
}
