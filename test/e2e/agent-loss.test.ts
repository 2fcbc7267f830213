// Requests that are under way through an agent when it is lost: they fail at once, for the reason that it is.
import { once } from 'node:events'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { expect, it } from 'vitest'
import * as access from '../support/access-line.ts'
import { openAuthority } from '../support/certificates.ts'
import { startH2Origin } from '../support/h2/node-origin.ts'
import { hold } from '../support/origin.ts'
import { ask } from '../support/raw.ts'
import { type LabParts, startLab } from '../support/tunnel/lab.ts'
import { until } from '../support/until.ts'

const WAYS = ['http', 'https', 'h2c', 'h2'] as const

it('fail at once with 502 and agent_disconnected, whatever the origin speaks, and the program tells of no fault', async () => {
  using authority = openAuthority('An Authority')
  const pair = authority.sign({ hosts: ['127.0.0.1'] })
  await using clear = await startH2Origin()
  await using secure = await startH2Origin(pair)
  let asked = 0
  const https = createServer(pair, () => void asked++).listen(0, '127.0.0.1')
  await once(https, 'listening')
  for (const origin of [clear, secure]) origin.on('/never', () => void asked++)

  const config = ({ top, token, url }: LabParts): string => {
    const urls = {
      http: url,
      https: `https://127.0.0.1:${(https.address() as AddressInfo).port}`,
      h2c: `http://127.0.0.1:${clear.port}`,
      h2: `https://127.0.0.1:${secure.port}`,
    }
    const route = (way: (typeof WAYS)[number]): string => {
      const alpn = way === 'h2' || way === 'h2c' ? `alpn: ${way}, ` : ''
      const peer = `peer: { ${alpn}${urls[way].startsWith('https') ? 'verify_cert: false' : ''} }`
      return `  ${way}: { listener: web, match: { path_prefix: /${way} }, rewrite: { strip_prefix: /${way} }, forward: { targets: [{ url: "${urls[way]}", transport: agent, agent_selector: { p2pstream.io/agent-id: only }, ${peer} }] } }\n`
    }
    return `${top}agents: { only: { ${token} } }\nroutes:\n${WAYS.map(route).join('')}`
  }
  await using lab = await startLab(['only'], config)
  lab.origin.on('/never', async turn => {
    asked++
    await hold(turn)
  })
  const under = WAYS.map(way => ask(`/${way}/never`, { port: lab.port }))
  await until('all are under way', () => asked === WAYS.length)
  lab.agents[0]?.child.kill('SIGKILL')
  const begun = performance.now()
  for (const reply of await Promise.all(under)) expect(reply.status).toBe(502)
  expect(performance.now() - begun).toBeLessThan(1000)
  const reasons = WAYS.map(async way => {
    const line = await lab.world.accessLine(way, access.askedFor(`/${way}/never`))
    return [way, access.reason(line), access.detail(line)]
  })
  expect(await Promise.all(reasons)).toEqual(
    WAYS.map(way => [way, 'agent_disconnected', expect.stringMatching(/^the session ended: ./)]),
  )
  expect(lab.world.told('internal/error')).toBe(0)
  https.closeAllConnections()
  https.close()
})
