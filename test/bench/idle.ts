// What a connection costs that does nothing: memory per idle kept connection, or per silent WebSocket, beside others.
// node test/bench/idle.ts [--connections 2000] [--only ...] [--websockets]
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { freePort } from '../support/ports.ts'
import { family, proportionalBytes } from '../support/process-figures.ts'
import { type Visitor, visit } from '../support/raw.ts'
import { pause } from '../support/until.ts'
import { short, table } from './figures.ts'
import { BROWSER_FIELDS, HOST } from './loads.ts'
import { startOrigins } from './origins.ts'
import { PEERS } from './peers.ts'
import { makeCertificate } from './stand.ts'
import { isInstalled, start } from './tools.ts'

const { values } = parseArgs({
  options: {
    connections: { type: 'string', default: '2000' },
    only: { type: 'string', default: 'nginx,p2pstream,HAProxy,Caddy,http-proxy-3' },
    websockets: { type: 'boolean', default: false },
  },
})
const count = Number(values.connections)
const names = values.only.split(',')
const dir = mkdtempSync(join(tmpdir(), 'p2pstream-idle-'))
await using stack = new AsyncDisposableStack()
stack.defer(() => rmSync(dir, { recursive: true, force: true }))
const certificate = makeCertificate(dir)
const origins = stack.use(await startOrigins(join(dir, 'origin')))

const fields = BROWSER_FIELDS.map(([name, value]) => `${name}: ${value}\r\n`).join('')
const HANDSHAKE =
  'Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n'
const plain = `GET /1k HTTP/1.1\r\nHost: ${HOST}\r\n${fields}\r\n`
const handshake = `GET /check/socket HTTP/1.1\r\nHost: ${HOST}\r\n${fields}${HANDSHAKE}\r\n`

const bytesOf = (pid: number): number =>
  family(pid).reduce((sum, member) => sum + proportionalBytes(member), 0)

/** Each asks first, so that what requests leave behind is counted too. */
async function open(port: number, many: number, requests: readonly string[]): Promise<Visitor[]> {
  const visitors: Visitor[] = []
  for (let n = 0; n < many; n++) {
    const visitor = await visit({ port })
    for (const request of requests) {
      await visitor.send(request)
      const { status } = await visitor.answer()
      if (status !== (request === handshake ? 101 : 200)) throw new Error(`answered ${status}`)
    }
    visitors.push(visitor)
  }
  return visitors
}

const rows: string[][] = []
for (const peer of PEERS.filter(one => names.includes(one.name))) {
  if (peer.program !== undefined && !isInstalled(peer.program)) {
    process.stderr.write(`SKIPPED ${peer.name}: ${peer.program} is not installed\n`)
    continue
  }
  const why = values.websockets ? peer.cannot?.websocket : undefined
  if (why !== undefined) {
    process.stderr.write(`SKIPPED ${peer.name}: ${why}\n`)
    continue
  }
  const home = join(dir, peer.name.replace(/\W/g, '-'))
  mkdirSync(home)
  const port = await freePort()
  const stand = {
    dir: home,
    port,
    tlsPort: await freePort(),
    certificate,
    originPort: origins.originPort,
    checkPort: origins.checkPort,
    isLogging: false,
    logFile: '',
  }
  await using started = await start(peer.start(stand))
  // What a program takes once, when it gets busy, isn't the connections'.
  const warm = await open(
    port,
    200,
    Array.from({ length: 100 }, () => plain),
  )
  await pause(1000)
  const before = bytesOf(started.pid)
  const visitors = await open(port, count, [values.websockets ? handshake : plain])
  await pause(3000)
  const grown = (bytesOf(started.pid) - before) / count / 1024
  rows.push([peer.name, `${short(before / (1 << 20))} MiB`, `${short(grown)} KiB`])
  for (const visitor of [...warm, ...visitors]) visitor.socket.destroy()
}
console.log(table([[`${count} connections`, 'before (200 open)', 'more for each'], ...rows]))
