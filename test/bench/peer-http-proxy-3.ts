// http-proxy-3 with a keep-alive agent: node peer-http-proxy-3.ts PORT TLS_PORT ORIGIN_PORT CHECK_PORT CERT_FILE KEY_FILE
import { readFileSync } from 'node:fs'
import { Agent, createServer, type RequestListener } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { createProxyServer } from 'http-proxy-3'

const [port, tlsPort, originPort, checkPort] = process.argv.slice(2, 6).map(Number)
const [certFile = '', keyFile = ''] = process.argv.slice(6)
const agent = new Agent({ keepAlive: true, maxSockets: 256, maxFreeSockets: 256 })
const to = (target: number | undefined): ReturnType<typeof createProxyServer> =>
  createProxyServer({ target: `http://127.0.0.1:${target}`, agent, xfwd: true })
const [origin, check] = [to(originPort), to(checkPort)]
for (const proxy of [origin, check]) proxy.on('error', () => undefined)

const forward: RequestListener = (request, response) => {
  const proxy = request.url?.startsWith('/check/') === true ? check : origin
  proxy.web(request, response)
}
const secrets = { cert: readFileSync(certFile), key: readFileSync(keyFile), minVersion: 'TLSv1.3' } as const
createServer({ keepAliveTimeout: 60_000 }, forward).listen(port, '127.0.0.1')
createTlsServer({ keepAliveTimeout: 60_000, ...secrets }, forward).listen(tlsPort, '127.0.0.1')
