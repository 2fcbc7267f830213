// Proxies of others in front of agents: the files of examples/agent-tunnel/, and what else it takes to run each program from a folder.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Pair } from '../certificates.ts'
import { type Changes, exampleText, replaced } from '../example-text.ts'
import { startFront } from '../front.ts'
import { freePort } from '../ports.ts'

interface Place {
  readonly dir: string
  readonly port: number
  /** Of the management address. */
  readonly door: number
}

export interface FrontKind {
  readonly program: string
  /** Shows its version. */
  readonly flag: string
  /** Below examples/. */
  readonly example: string
  /** The line that says how long a tunnel may be silent; undefined: for ever. */
  readonly idle: string | undefined
  /** Ports, paths and names. `front.pem` and `front.key` stand in the folder, `both.pem` has both. */
  changes(place: Place): Changes
  /** A main file around `file`, and the words that start the program with it. */
  command(place: Place, file: string): readonly string[]
}

function wrapped({ dir }: Place, name: string, text: string): string {
  const path = join(dir, name)
  writeFileSync(path, text)
  return path
}

const NGINX: FrontKind = {
  program: 'nginx',
  flag: '-v',
  example: 'agent-tunnel/nginx.conf',
  idle: 'proxy_read_timeout 5m;',
  changes: ({ dir, port, door }) => ({
    'listen 443': `listen 127.0.0.1:${port}`,
    '127.0.0.1:8081': `127.0.0.1:${door}`,
    '/etc/ssl/proxy.example.com': `${dir}/front`,
  }),
  command(place, file) {
    const { dir } = place
    const folders = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
      name => `  ${name}_temp_path ${dir}/${name};\n`,
    )
    const main = `daemon off;
pid ${dir}/nginx.pid;
error_log stderr warn;
worker_processes 1;
events { worker_connections 64; }
http {
  access_log off;
${folders.join('')}  include ${file};
}
`
    return ['-c', wrapped(place, 'main.conf', main), '-e', 'stderr']
  },
}

const HAPROXY: FrontKind = {
  program: 'haproxy',
  flag: '-v',
  example: 'agent-tunnel/haproxy.cfg',
  idle: 'timeout tunnel 5m',
  changes: ({ dir, port, door }) => ({
    'bind :443': `bind 127.0.0.1:${port}`,
    '127.0.0.1:8081': `127.0.0.1:${door}`,
    '/etc/haproxy/proxy.example.com.pem': `${dir}/both.pem`,
  }),
  command: (_, file) => ['-db', '-f', file],
}

const CADDY: FrontKind = {
  program: 'caddy',
  flag: 'version',
  example: 'agent-tunnel/Caddyfile',
  idle: undefined,
  // It would ask Let's Encrypt for a certificate of the name.
  changes: ({ dir, port, door }) => ({
    'proxy.example.com {': `proxy.example.com:${port}, localhost:${port} {\n\ttls ${dir}/front.pem ${dir}/front.key`,
    '127.0.0.1:8081': `127.0.0.1:${door}`,
  }),
  command(place, file) {
    const main = `{
	admin off
	auto_https disable_redirects
}
import ${file}
`
    return ['run', '--adapter', 'caddyfile', '--config', wrapped(place, 'main.caddyfile', main)]
  },
}

export const FRONTS: readonly FrontKind[] = [NGINX, HAPROXY, CADDY]

export interface TunnelFront extends AsyncDisposable {
  readonly port: number
}

/** Starts a front before the management address at `door`; `changes` are made to its example, too. */
export async function startTunnelFront(
  kind: FrontKind,
  { dir, door, pair, changes }: { dir: string; door: number; pair: Pair; changes: Changes },
): Promise<TunnelFront> {
  const port = await freePort()
  const place = { dir, port, door }
  wrapped(place, 'front.pem', pair.cert)
  wrapped(place, 'front.key', pair.key)
  wrapped(place, 'both.pem', pair.cert + pair.key)
  const text = replaced(exampleText(kind.example), { ...changes, ...kind.changes(place) })
  const words = kind.command(place, wrapped(place, 'front.conf', text))
  // Where Caddy would keep what it had before.
  const env = { XDG_CONFIG_HOME: dir, XDG_DATA_HOME: dir }
  const front = await startFront(kind.program, words, port, env)
  return { port, [Symbol.asyncDispose]: () => front[Symbol.asyncDispose]() }
}
