import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { nextTurn } from '../../../src/base/clock.ts'
import { Turns } from '../../../src/management/turns.ts'
import { handClock } from '../../support/clock.ts'

/** Two may be at it, three may wait, for a second. */
function scene() {
  const clock = handClock()
  const turns = new Turns(clock, { most: 2, longest: 3, patience: 1000 })
  const begun: string[] = []
  const come = (name: string): PassThrough => {
    const socket = new PassThrough()
    turns.come(socket, () => void begun.push(name))
    return socket
  }
  return { clock, turns, begun, come }
}

async function someTurns(): Promise<void> {
  for (let n = 0; n < 5; n++) await nextTurn()
}

describe('turns', () => {
  it('come at once while there is room, and in order of arrival after that', async () => {
    const { turns, begun, come } = scene()
    for (const name of ['a', 'b', 'c', 'd']) come(name)
    expect(begun).toEqual(['a', 'b'])
    turns.over()
    await someTurns()
    expect(begun).toEqual(['a', 'b', 'c'])
    turns.over()
    // There is room for it now, and somebody who came before it.
    come('e')
    await someTurns()
    expect(begun).toEqual(['a', 'b', 'c', 'd'])
    turns.over()
    await someTurns()
    expect(begun).toEqual(['a', 'b', 'c', 'd', 'e'])
  })

  it('come one in each turn of the event loop, however many are free', async () => {
    const { turns, begun, come } = scene()
    for (const name of ['a', 'b', 'c', 'd']) come(name)
    turns.over()
    turns.over()
    const seen: number[] = []
    for (let n = 0; n < 3; n++) {
      await nextTurn()
      seen.push(begun.length)
    }
    expect(seen).toEqual([3, 4, 4])
  })

  it('that are over before they have begun let the next ones come', async () => {
    const clock = handClock()
    const turns = new Turns(clock, { most: 1, longest: 5, patience: 1000 })
    const begun: number[] = []
    turns.come(new PassThrough(), () => undefined)
    for (let n = 0; n < 5; n++)
      turns.come(new PassThrough(), () => {
        begun.push(n)
        turns.over()
      })
    turns.over()
    await someTurns()
    expect(begun).toEqual([0, 1, 2, 3, 4])
  })

  it('are not for whoever comes when the line is full, nor for whoever has left it', async () => {
    const { turns, begun, come } = scene()
    const [, , c, , , f] = ['a', 'b', 'c', 'd', 'e', 'f'].map(come)
    expect(f?.destroyed).toBe(true)
    c?.destroy(new Error('reset'))
    await someTurns()
    expect(come('g').destroyed).toBe(false)
    turns.over()
    await someTurns()
    expect(begun).toEqual(['a', 'b', 'd'])
  })

  it('are not for whoever has waited for too long', async () => {
    const { clock, turns, begun, come } = scene()
    const [, , c] = ['a', 'b', 'c'].map(come)
    clock.wind(500)
    come('d')
    clock.wind(501)
    turns.over()
    await someTurns()
    expect(begun).toEqual(['a', 'b', 'd'])
    expect(c?.destroyed).toBe(true)
  })

  it('end for all who wait when it is closed', async () => {
    const { turns, begun, come } = scene()
    const [, , c] = ['a', 'b', 'c'].map(come)
    turns.close()
    turns.over()
    await someTurns()
    expect(c?.destroyed).toBe(true)
    expect(begun).toEqual(['a', 'b'])
  })
})
