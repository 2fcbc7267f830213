import { describe, expect, it } from 'vitest'
import { Place } from '../../../src/upstream/place.ts'
import { WaitingLine } from '../../../src/upstream/waiting-line.ts'
import { handClock } from '../../support/clock.ts'

function begin(patience = 5_000) {
  const clock = handClock()
  const line = new WaitingLine(clock, patience)
  const refused: string[] = []
  const place = (name: string): Place =>
    new Place((_, failure) => void refused.push(`${name} ${failure?.code} at ${clock.now()}`))
  return { clock, line, refused, place }
}

describe('a line for connections', () => {
  it('calls whoever has waited longest', () => {
    const { clock, line, refused, place } = begin()
    const [a, b] = [place('a'), place('b')]
    line.join(a)
    line.join(b)
    expect([line.next(), line.next(), line.next()]).toEqual([a, b, undefined])
    clock.wind(60_000)
    expect([refused, clock.pending]).toEqual([[], 0])
  })

  it('loses those who leave', () => {
    const { clock, line, refused, place } = begin()
    const [a, b] = [place('a'), place('b')]
    line.join(a)
    line.join(b)
    a.abort()
    expect([line.size, line.next()]).toEqual([1, b])
    clock.wind(60_000)
    expect(refused).toEqual([])
  })

  it('refuses each when its own patience is at an end', () => {
    const { clock, line, refused, place } = begin()
    line.join(place('a'))
    clock.wind(2_000)
    line.join(place('b'))
    clock.wind(60_000)
    expect(refused).toEqual(['a connection_limit_reached at 5000', 'b connection_limit_reached at 7000'])
    expect(line.size).toBe(0)
  })

  it('waits for ever where connecting may take for ever', () => {
    const { clock, line, refused, place } = begin(0)
    line.join(place('a'))
    clock.wind(1e9)
    expect([refused, line.size]).toEqual([[], 1])
  })

  it('is 1024 long: the next is refused at once, and not even that if it left meanwhile', () => {
    const { clock, line, refused, place } = begin()
    for (let n = 0; n < 1024; n++) line.join(place(`${n}`))
    const [late, gone] = [place('late'), place('gone')]
    line.join(late)
    line.join(gone)
    gone.abort()
    expect(refused).toEqual([])
    clock.wind(0)
    expect(refused).toEqual(['late connection_limit_reached at 0'])
    expect(line.size).toBe(1024)
  })

  it('lets those who were sent back stand in front', () => {
    const { line, place } = begin()
    const [a, b, c] = [place('a'), place('b'), place('c')]
    line.join(c)
    line.rejoin([a, b])
    expect([line.next(), line.next(), line.next()]).toEqual([a, b, c])
  })
})
