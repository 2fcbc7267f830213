// @fastify/http-proxy over undici: node peer-fastify.ts PORT TLS_PORT ORIGIN_PORT CHECK_PORT CERT_FILE KEY_FILE
import { readFileSync } from 'node:fs'
import httpProxy, { type FastifyHttpProxyOptions } from '@fastify/http-proxy'
import fastify, { type FastifyInstance } from 'fastify'

const [port = 0, tlsPort = 0, originPort, checkPort] = process.argv.slice(2, 6).map(Number)
const [certFile = '', keyFile = ''] = process.argv.slice(6)
const common = { logger: false, keepAliveTimeout: 60_000, bodyLimit: 64 << 20 }
const undici: FastifyHttpProxyOptions['undici'] = { connections: 256, pipelining: 1 }
const https = {
  allowHTTP1: true,
  cert: readFileSync(certFile),
  key: readFileSync(keyFile),
  minVersion: 'TLSv1.3',
} as const

const plain = fastify(common)
// Its types tell an instance over HTTP/2 from others; what is registered is the same.
const secure = fastify({ ...common, http2: true, https }) as unknown as FastifyInstance
for (const app of [plain, secure]) {
  app.register(httpProxy, {
    upstream: `http://127.0.0.1:${checkPort}`,
    prefix: '/check',
    rewritePrefix: '/check',
    undici,
  })
  app.register(httpProxy, { upstream: `http://127.0.0.1:${originPort}`, undici })
}
await plain.listen({ port, host: '127.0.0.1' })
await secure.listen({ port: tlsPort, host: '127.0.0.1' })
