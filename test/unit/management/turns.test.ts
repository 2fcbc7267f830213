import { PassThrough } from 'node:stream'
import { describe, expect, it } from 'vitest'
import { nextTurn } from '../../../src/base/clock.ts'
import { type Limits, Turns } from '../../../src/management/turns.ts'
import { handClock } from '../../support/clock.ts'

/** Two may be at it, three may wait, for a second; the first letter of a name is whom it is from. */
function scene(limits: Partial<Limits> = {}) {
  const clock = handClock()
  const turns = new Turns(clock, { most: 2, share: 2, longest: 3, patience: 1000, ...limits })
  const begun: string[] = []
  const come = (name: string): PassThrough => {
    const socket = new PassThrough()
    turns.come(socket, addressOf(name), () => void begun.push(name))
    return socket
  }
  const over = (name: string): void => turns.over(addressOf(name))
  return { clock, turns, begun, come, over }
}

const addressOf = (name: string): string => `10.0.0.${name.charCodeAt(0)}`

async function someTurns(): Promise<void> {
  for (let n = 0; n < 5; n++) await nextTurn()
}

describe('turns', () => {
  it('come at once while there is room, and in order of arrival after that', async () => {
    const { begun, come, over } = scene()
    for (const name of ['a', 'b', 'c', 'd']) come(name)
    expect(begun).toEqual(['a', 'b'])
    over('a')
    await someTurns()
    expect(begun).toEqual(['a', 'b', 'c'])
    over('b')
    // There is room for it now, and somebody who came before it.
    come('e')
    await someTurns()
    expect(begun).toEqual(['a', 'b', 'c', 'd'])
    over('c')
    await someTurns()
    expect(begun).toEqual(['a', 'b', 'c', 'd', 'e'])
  })

  it('come one in each turn of the event loop, however many are free', async () => {
    const { begun, come, over } = scene()
    for (const name of ['a', 'b', 'c', 'd']) come(name)
    over('a')
    over('b')
    const seen: number[] = []
    for (let n = 0; n < 3; n++) {
      await nextTurn()
      seen.push(begun.length)
    }
    expect(seen).toEqual([3, 4, 4])
  })

  it('that are over before they have begun let the next ones come', async () => {
    const { turns, over } = scene({ most: 1, longest: 5 })
    const begun: number[] = []
    turns.come(new PassThrough(), addressOf('a'), () => undefined)
    for (let n = 0; n < 5; n++)
      turns.come(new PassThrough(), addressOf('a'), () => {
        begun.push(n)
        over('a')
      })
    over('a')
    await someTurns()
    expect(begun).toEqual([0, 1, 2, 3, 4])
  })

  it('are not for the last one where the line is too long, nor for whoever has left it', async () => {
    const { begun, come, over } = scene()
    const [, , c, , , f] = ['a', 'b', 'c', 'd', 'e', 'f'].map(come)
    expect(f?.destroyed).toBe(true)
    c?.destroy(new Error('reset'))
    await someTurns()
    expect(come('g').destroyed).toBe(false)
    over('a')
    await someTurns()
    expect(begun).toEqual(['a', 'b', 'd'])
  })

  it('from one address are no more than its share, and nobody waits behind those', async () => {
    const { begun, come, over } = scene({ most: 3 })
    for (const name of ['a1', 'a2', 'a3', 'b1']) come(name)
    expect(begun).toEqual(['a1', 'a2', 'b1'])
    over('b1')
    await someTurns()
    expect(begun).toEqual(['a1', 'a2', 'b1'])
    over('a1')
    await someTurns()
    expect(begun).toEqual(['a1', 'a2', 'b1', 'a3'])
  })

  it('come first to addresses with fewer at it', async () => {
    const { begun, come, over } = scene({ most: 3, share: 3, longest: 4 })
    for (const name of ['a1', 'a2', 'b1', 'a3', 'a4', 'b2', 'c1']) come(name)
    over('a1')
    await someTurns()
    over('a2')
    await someTurns()
    over('c1')
    await someTurns()
    expect(begun).toEqual(['a1', 'a2', 'b1', 'c1', 'a3', 'a4'])
  })

  it('are lost first by the address from which most wait, and there by who came last', () => {
    const { come } = scene()
    const sockets = ['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'a5', 'c1'].map(come)
    expect(sockets.map(({ destroyed }) => Number(destroyed))).toEqual([0, 0, 0, 1, 0, 1, 1, 0])
  })

  it('are those of one address for all of a network of 64 bits', () => {
    const { turns } = scene({ share: 1 })
    const begun: string[] = []
    for (const address of ['2001:db8:0:1::1', '2001:db8:0:1::2', '2001:db8:0:2::1'])
      turns.come(new PassThrough(), address, () => void begun.push(address))
    expect(begun).toEqual(['2001:db8:0:1::1', '2001:db8:0:2::1'])
  })

  it('are not for whoever has waited for too long', async () => {
    const { clock, begun, come, over } = scene()
    const [, , c] = ['a', 'b', 'c'].map(come)
    clock.wind(500)
    come('d')
    clock.wind(501)
    over('a')
    await someTurns()
    expect(begun).toEqual(['a', 'b', 'd'])
    expect(c?.destroyed).toBe(true)
  })

  it('end for all who wait when it is closed', async () => {
    const { turns, begun, come, over } = scene()
    const [, , c] = ['a', 'b', 'c'].map(come)
    turns.close()
    over('a')
    await someTurns()
    expect(c?.destroyed).toBe(true)
    expect(begun).toEqual(['a', 'b'])
  })
})
