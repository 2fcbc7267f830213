import { describe, expect, it } from 'vitest'
import { inSlices } from '../../../src/base/in-slices.ts'
import type { Configured } from '../../../src/config/loaded.ts'
import type { Config } from '../../../src/config/shape.gen.ts'
import { openAssembly, slicesOf, trunkOf } from '../../../src/reload/slices.ts'

function someConfig(routes: number): Configured {
  const ids = Array.from({ length: routes }, (_, n) => `r${n}`)
  const config = {
    version: 1,
    logging: { level: 'info' },
    listeners: { web: { port: 80 } },
    certificates: { c: { hosts: [] } },
    agents: { a: { weight: 1 } },
    templates: {},
    upstreams: { u: { targets: [] } },
    routes: Object.fromEntries(ids.map(id => [id, { listener: [id] }])),
  } as unknown as Config
  return {
    config,
    materials: { files: new Map([['a.html', new Uint8Array([1, 2])]]), now: 1 },
    hashes: {
      listeners: new Map([['web', 'h']]),
      certificates: new Map([['c', 'j']]),
      agents: new Map([['a', 'k']]),
      templates: new Map(),
      upstreams: new Map([['u', 'i']]),
      routes: new Map(ids.map(id => [id, `hash of ${id}`])),
    },
  }
}

describe('a config', () => {
  it.each([0, 1, 200, 201, 1001])('with %d routes arrives as it was', routes => {
    const sent = someConfig(routes)
    const assembly = openAssembly(structuredClone(trunkOf(sent)))
    for (const slice of slicesOf(sent)) assembly.add(structuredClone(slice))
    expect(assembly.whole()).toEqual(sent)
  })

  it('travels in messages of at most 200 objects', () => {
    const sizes = [...slicesOf(someConfig(1001))].map(({ entries }) => entries.length)
    expect(Math.max(...sizes)).toBe(200)
    expect(Object.keys(trunkOf(someConfig(1001)).config.routes)).toEqual([])
  })
})

describe('work in slices', () => {
  it('lets others run whenever four milliseconds are over', async () => {
    let now = 0
    let breaths = 0
    function* work(): Generator<void, string> {
      for (let n = 0; n < 100; n++) {
        now += 1
        yield
      }
      return 'done'
    }
    const result = await inSlices(work(), { now: () => now }, async () => {
      breaths += 1
    })
    expect(result).toBe('done')
    expect(breaths).toBe(25)
  })
})
