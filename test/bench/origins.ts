// Behind the proxies: nginx with files, on the load's core, and a scriptable origin that says what it received.
import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Origin, startOrigin } from '../support/origin.ts'
import { freePort } from '../support/ports.ts'
import { FILES } from './loads.ts'
import { LOAD_CORE, type Started, start } from './tools.ts'

export interface Origins extends AsyncDisposable {
  readonly originPort: number
  readonly checkPort: number
  /** Path of a file to the md5 of its bytes. */
  readonly sums: ReadonlyMap<string, string>
}

export const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex')

function nginxConfig(dir: string, port: number): string {
  return `
daemon off; user root; worker_processes 1; pid ${dir}/pid; error_log ${dir}/error.log;
events { worker_connections 8192; }
http {
  access_log off; sendfile on; tcp_nopush on; open_file_cache max=16; keepalive_requests 1000000000; keepalive_timeout 600s;
  client_body_temp_path ${dir}/body; proxy_temp_path ${dir}/p; fastcgi_temp_path ${dir}/f; uwsgi_temp_path ${dir}/u; scgi_temp_path ${dir}/s;
  server { listen 127.0.0.1:${port} backlog=1024; root ${dir}/files; location = /post { return 200 "posted"; } }
}`
}

/** Opens a WebSocket, on which nothing is ever said. */
const SWITCH =
  'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n'

/** Starts both below `dir`. */
export async function startOrigins(dir: string): Promise<Origins> {
  mkdirSync(join(dir, 'files'), { recursive: true })
  const sums = new Map<string, string>()
  for (const [name, count] of FILES) {
    const bytes = randomBytes(count)
    writeFileSync(join(dir, 'files', name), bytes)
    sums.set(`/${name}`, md5(bytes))
  }
  const originPort = await freePort()
  const file = join(dir, 'origin.conf')
  writeFileSync(file, nginxConfig(dir, originPort))
  const nginx: Started = await start({
    core: LOAD_CORE,
    command: ['nginx', '-c', file, '-e', join(dir, 'error.log')],
    ports: [originPort],
    cwd: dir,
  })
  const check: Origin = await startOrigin()
  check.on('/check/md5', async turn => turn.answer(200, [], md5(await turn.body())))
  check.on('/check/socket', turn => turn.write(SWITCH))
  return {
    originPort,
    checkPort: check.port,
    sums,
    async [Symbol.asyncDispose]() {
      await nginx[Symbol.asyncDispose]()
      await check[Symbol.asyncDispose]()
    },
  }
}
