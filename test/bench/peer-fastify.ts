// @fastify/http-proxy over undici: node peer-fastify.ts PORT ORIGIN_PORT CHECK_PORT
import httpProxy from '@fastify/http-proxy'
import fastify from 'fastify'

const [port = 0, originPort, checkPort] = process.argv.slice(2).map(Number)
const app = fastify({ logger: false, keepAliveTimeout: 60_000, bodyLimit: 64 << 20 })
const undici = { connections: 256, pipelining: 1 }

app.register(httpProxy, {
  upstream: `http://127.0.0.1:${checkPort}`,
  prefix: '/check',
  rewritePrefix: '/check',
  undici,
})
app.register(httpProxy, { upstream: `http://127.0.0.1:${originPort}`, undici })
await app.listen({ port, host: '127.0.0.1' })
