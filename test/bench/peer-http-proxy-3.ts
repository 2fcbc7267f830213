// http-proxy-3 with a keep-alive agent: node peer-http-proxy-3.ts PORT ORIGIN_PORT CHECK_PORT
import { Agent, createServer } from 'node:http'
import { createProxyServer } from 'http-proxy-3'

const [port, originPort, checkPort] = process.argv.slice(2).map(Number)
const agent = new Agent({ keepAlive: true, maxSockets: 256, maxFreeSockets: 256 })
const to = (target: number | undefined): ReturnType<typeof createProxyServer> =>
  createProxyServer({ target: `http://127.0.0.1:${target}`, agent, xfwd: true })
const [origin, check] = [to(originPort), to(checkPort)]
for (const proxy of [origin, check]) proxy.on('error', () => undefined)

createServer({ keepAliveTimeout: 60_000 }, (request, response) => {
  const proxy = request.url?.startsWith('/check/') === true ? check : origin
  proxy.web(request, response)
}).listen(port, '127.0.0.1')
