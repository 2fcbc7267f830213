// A real browser: Chromium loads a page over TLS and HTTP/2 whose script does what scripts do, and tells the origin how it went.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { isInstalled } from '../support/front.ts'
import { startStage } from '../support/stage.ts'
import { pause, until } from '../support/until.ts'
import { startWsOrigin } from '../support/ws-origin.ts'

const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-dev-shm-usage',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--ignore-certificate-errors',
]

const FETCHES = 50
const UPLOAD = 300_000

const PAGE = `<!doctype html><title>page</title><script type="module">
const report = {}
try {
  const answers = await Promise.all(Array.from({ length: ${FETCHES} }, (_, n) => fetch('/part/' + n).then(got => got.json())))
  report.targets = answers.map(answer => answer.target)
  const sent = await fetch('/upload', { method: 'POST', body: new Blob([new Uint8Array(${UPLOAD})]) })
  report.upload = (await sent.json()).length
  document.cookie = 'seen=1'
  report.cookie = (await (await fetch('/cookie')).json()).fields.find(([name]) => name.toLowerCase() === 'cookie')?.[1]
  report.socket = await new Promise((resolve, reject) => {
    const socket = new WebSocket('wss://' + location.host + '/ws/echo')
    socket.onopen = () => socket.send('from the browser '.repeat(1000))
    socket.onmessage = message => { socket.close(4000); resolve(message.data.length) }
    socket.onerror = () => reject(new Error('the WebSocket failed'))
  })
  report.events = await new Promise((resolve, reject) => {
    const heard = []
    const source = new EventSource('/events')
    source.onmessage = ({ data }) => { heard.push(data); if (heard.length === 3) { source.close(); resolve(heard) } }
    source.onerror = () => reject(new Error('the EventSource failed'))
  })
  report.protocols = [...new Set([...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')].map(entry => entry.nextHopProtocol).filter(Boolean))]
} catch (error) {
  report.error = String(error)
}
await fetch('/report', { method: 'POST', body: JSON.stringify(report) })
</script>`

describe.skipIf(!isInstalled('chromium', '--version'))('Chromium', () => {
  it('fetches, uploads, listens and talks over HTTP/2', async () => {
    await using sockets = await startWsOrigin()
    await using stage = await startStage({
      isSecure: true,
      routes: `ws:\n  listener: web\n  match: { path_prefix: /ws }\n  forward: { targets: [{ url: "http://127.0.0.1:${sockets.port}" }] }`,
    })
    const { origin } = stage
    origin.on('/page', turn => turn.answer(200, [['Content-Type', 'text/html']], PAGE))
    origin.on('/events', async turn => {
      await turn.write(
        'HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nCache-Control: no-store\r\nTransfer-Encoding: chunked\r\n\r\n',
      )
      for (const word of ['one', 'two', 'three']) {
        await turn.write(`${(word.length + 8).toString(16)}\r\ndata: ${word}\n\n\r\n`)
        await pause(50)
      }
    })
    const folder = mkdtempSync(join(tmpdir(), 'p2pstream-browser-'))
    const browser = spawn(
      'chromium',
      [...FLAGS, `--user-data-dir=${folder}`, `https://127.0.0.1:${stage.port}/page`],
      { detached: true, stdio: 'ignore' },
    )
    try {
      const told = await until(
        'the page has told',
        () => origin.at('/report').find(one => one.complete),
        60_000,
      )
      expect(JSON.parse(told.body.toString())).toEqual({
        targets: Array.from({ length: FETCHES }, (_, n) => `/part/${n}`),
        upload: UPLOAD,
        cookie: 'seen=1',
        socket: 17_000,
        events: ['one', 'two', 'three'],
        protocols: ['h2'],
      })
      const socket = await stage.world.accessLine('the WebSocket', one => one['url.path'] === '/ws/echo')
      expect(socket['network.protocol.version']).toBe('2')
    } finally {
      if (browser.pid !== undefined) process.kill(-browser.pid, 'SIGKILL')
      await pause(200)
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
    }
  })
})
