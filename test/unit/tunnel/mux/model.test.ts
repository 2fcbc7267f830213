import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nextTurn } from '../../../../src/base/clock.ts'
import { muxWorld } from '../../../support/mux/model.ts'

const end = fc.nat(1)
const stream = fc.nat(20)
const length = fc.oneof(fc.nat(300), fc.nat(20_000), fc.integer({ min: 100_000, max: 600_000 }))
const step = fc.oneof(
  { weight: 2, arbitrary: fc.tuple(fc.constant('open' as const), end) },
  { weight: 8, arbitrary: fc.tuple(fc.constant('write' as const), stream, end, length) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('end' as const), stream, end) },
  { weight: 3, arbitrary: fc.tuple(fc.constant('pause' as const), stream, end) },
  { weight: 2, arbitrary: fc.tuple(fc.constant('resume' as const), stream, end) },
  { weight: 1, arbitrary: fc.tuple(fc.constant('destroy' as const), stream, end) },
  { weight: 6, arbitrary: fc.tuple(fc.constant('turns' as const), fc.nat(30)) },
  { weight: 1, arbitrary: fc.constant(['settle'] as const) },
)

describe('two sessions', () => {
  it('bring every stream’s bytes, in order, whatever is done to the others and however the link cuts', async () => {
    const cuts = fc.oneof(
      fc.constant([Number.POSITIVE_INFINITY]),
      fc.array(fc.integer({ min: 1_000, max: 70_000 }), { minLength: 1, maxLength: 10 }),
      fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 3 }).map(few => [...few, 30_000]),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 60, maxLength: 120 }), cuts, async (steps, sizes) => {
        let turn = 0
        const world = muxWorld(() => sizes[turn++ % sizes.length] ?? 1, {
          maxUnacknowledged: 3,
          maxStreams: 40,
        })
        world.open(0)
        world.open(1)
        for (const one of steps) {
          if (one[0] === 'open') world.open(one[1])
          else if (one[0] === 'settle') await world.settle()
          else if (one[0] === 'turns') for (let n = 0; n < one[1]; n++) await nextTurn()
          else if (one[0] === 'write') world.write(one[1], one[2], one[3])
          else world[one[0]](one[1], one[2])
        }
        await world.settle()
        expect(world.faults).toEqual([])
      }),
      { numRuns: 30, endOnFailure: true },
    )
  }, 120_000)

  it('survive a link that delivers one byte at a time', async () => {
    const world = muxWorld(() => 1)
    world.open(0)
    world.open(1)
    world.write(0, 0, 2_000)
    world.write(1, 1, 2_000)
    await world.settle()
    world.end(0, 0)
    world.end(1, 1)
    await world.settle()
    expect(world.faults).toEqual([])
  })
})
