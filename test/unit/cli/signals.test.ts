import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { listenToSignals } from '../../../src/cli/signals.ts'

const EVENTS = ['SIGHUP', 'SIGINT', 'SIGTERM', 'message', 'disconnect'] as const

describe('a signal', () => {
  const send = Object.getOwnPropertyDescriptor(process, 'send') ?? { value: undefined, configurable: true }
  const before = EVENTS.map(event => [event, process.listeners(event as 'SIGINT')] as const)
  let told: (string | number)[]
  let sent: unknown[]

  beforeEach(() => {
    told = []
    sent = []
    for (const event of EVENTS) process.removeAllListeners(event)
    process.send = message => sent.push(message) > 0
    listenToSignals({
      reload: () => void told.push('reload'),
      stop: signal => void told.push(signal),
      endNow: code => void told.push(code),
    })
  })
  afterEach(() => {
    Object.defineProperty(process, 'send', send)
    for (const [event, listeners] of before) {
      process.removeAllListeners(event)
      for (const listener of listeners) process.on(event as 'SIGINT', listener)
    }
  })

  const send1 = (signal: NodeJS.Signals): void => void process.emit(signal)
  const tell1 = (signal: NodeJS.Signals): void => void process.emit('message', signal, undefined)

  it.each([send1, tell1])('SIGHUP asks for a reload every time', by => {
    by('SIGHUP')
    by('SIGHUP')
    expect(told).toEqual(['reload', 'reload'])
  })

  it.each([
    ['SIGTERM', 143, send1],
    ['SIGINT', 130, send1],
    ['SIGTERM', 143, tell1],
    ['SIGINT', 130, tell1],
  ] as const)('%s stops, and a second one ends at once with %d', (signal, code, by) => {
    by(signal)
    expect(told).toEqual([signal])
    by(signal)
    expect(told).toEqual([signal, code])
  })

  it('that is sent to us and to the launcher is one, and so is its repetition', () => {
    send1('SIGINT')
    tell1('SIGINT')
    expect(told).toEqual(['SIGINT'])
    tell1('SIGINT')
    send1('SIGINT')
    expect(told).toEqual(['SIGINT', 130])
  })

  it('is not needed when the launcher is gone', () => {
    process.emit('disconnect')
    expect(told).toEqual(['SIGTERM'])
  })

  it('may be told by the launcher from the start', () => {
    expect(sent).toEqual(['listening'])
  })
})
