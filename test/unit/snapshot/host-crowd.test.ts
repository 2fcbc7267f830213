// Hosts are compared the same way however many there are: an index that reads them differently past some number lets
// visitors around a route's rules (CVE-2026-27588).
import { describe, expect, it } from 'vitest'
import { normaliseHost } from '../../../src/http/host.ts'
import { type Router, routerSteps } from '../../../src/snapshot/router.ts'
import { finish, routeOf } from '../../support/routes.ts'

const found = (router: Router, authority: string): string | undefined =>
  router.find({ host: normaliseHost(authority), decodedPath: '/', method: 'GET' })?.id

describe.each([1, 99, 101, 10_000])('among %i hosts', count => {
  const routes = Array.from({ length: count }, (_, n) =>
    routeOf(`r${n}`, { host: [`app-${n}.Example`, `*.xn--bcher-kva-${n}.example`] }),
  )
  const router = finish(routerSteps(routes))
  const last = count - 1

  it.each(['', '.', ':443', '.:8443'])('every spelling with %j behind it is the same host', behind => {
    for (const n of [0, last]) {
      for (const name of [`app-${n}.example`, `APP-${n}.EXAMPLE`, `www.XN--Bcher-KVA-${n}.example`])
        expect(found(router, name + behind), name).toBe(`r${n}`)
    }
  })

  it('and no other name is', () => {
    const others = [
      'evil-app-0.example',
      'xapp-0.example',
      'app-0.example.evil',
      'app-0.example..',
      '.app-0.example',
    ]
    const near = [`app-${count}.example`, `app-0${last}.example`, `xn--bcher-kva-${last}.example`]
    expect([...others, ...near].map(name => found(router, name))).toEqual(
      [...others, ...near].map(() => undefined),
    )
  })
})
