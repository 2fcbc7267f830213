import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Meters } from '../../../src/observe/meters.ts'
import { aRecord } from './records.ts'

const shown = (meters: Meters): unknown =>
  Object.fromEntries(
    [...meters.listeners].map(([listener, routes]) => [
      listener,
      Object.fromEntries([...routes].map(([route, meter]) => [route, [...meter.requests()]])),
    ]),
  )

describe('Meters', () => {
  it('counts by listener, route, method and status', () => {
    const meters = new Meters()
    meters.record(aRecord({ listener: 'a', route: 'x', method: 'GET', status: 200 }))
    meters.record(aRecord({ listener: 'a', route: 'x', method: 'GET', status: 200 }))
    meters.record(aRecord({ listener: 'a', route: 'x', method: 'POST', status: 502 }))
    meters.record(aRecord({ listener: 'b', route: undefined, method: '', status: 400 }))
    expect(shown(meters)).toEqual({
      a: {
        x: [
          ['GET', 200, 2],
          ['POST', 502, 1],
        ],
      },
      b: { '': [['other', 400, 1]] },
    })
  })

  it('times the origin where there was one', () => {
    const meters = new Meters()
    meters.record(aRecord({ listener: 'a', route: 'x', target: 'one', headTime: 7, duration: 9 }))
    meters.record(aRecord({ listener: 'a', route: 'x', target: 'one', headTime: undefined }))
    const meter = meters.listeners.get('a')?.get('x')
    expect([...(meter?.origins.keys() ?? [])]).toEqual(['one'])
    expect(meter?.origins.get('one')?.sum).toBe(7)
  })

  it('has no more series than the file and fixed lists allow, whatever visitors send', () => {
    const meters = new Meters()
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (method, authority, requestTarget) => {
        meters.record(aRecord({ listener: 'a', route: 'x', method, authority, requestTarget, status: 200 }))
      }),
    )
    const methods = [...(meters.listeners.get('a')?.get('x')?.requests() ?? [])].map(([method]) => method)
    expect(meters.listeners.size).toBe(1)
    expect(methods).toContain('other')
    expect(methods.length).toBeLessThanOrEqual(10)
  })

  it('forgets what the file no longer has, and nothing else', () => {
    const meters = new Meters()
    for (const [listener, route] of [
      ['a', 'x'],
      ['a', 'y'],
      ['a', undefined],
      ['b', 'x'],
    ] as const)
      meters.record(aRecord({ listener, route, method: 'GET', status: 200 }))
    meters.record(aRecord({ listener: 'a', route: 'x', agent: 'gone', method: 'GET', status: 200 }))
    meters.record(aRecord({ listener: 'b', agent: 'here', method: 'GET', status: 499 }))
    meters.retain({ listener: id => id === 'a', route: id => id === 'x', agent: id => id === 'here' })
    expect(shown(meters)).toEqual({ a: { x: [['GET', 200, 2]], '': [['GET', 200, 1]] } })
    expect([...meters.agents]).toEqual([['here', [0, 0, 0, 1, 0]]])
  })
})
