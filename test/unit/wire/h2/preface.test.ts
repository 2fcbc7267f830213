import { describe, expect, it } from 'vitest'
import { isPreface } from '../../../../src/wire/h2/preface.ts'

const PREFACE = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'
const verdict = (text: string): boolean | undefined => isPreface(Buffer.from(text, 'latin1'))

describe('isPreface', () => {
  it('knows it whole, with or without frames behind it', () => {
    expect(verdict(PREFACE)).toBe(true)
    expect(verdict(`${PREFACE}\0\0\0\x04`)).toBe(true)
  })

  it('waits for the rest of every beginning', () => {
    for (let length = 0; length < PREFACE.length; length++)
      expect(verdict(PREFACE.slice(0, length))).toBeUndefined()
  })

  it('is none once a byte differs, whichever', () => {
    for (let at = 0; at < PREFACE.length; at++) {
      expect(verdict(`${PREFACE.slice(0, at)}x`)).toBe(false)
      expect(verdict(`${PREFACE.slice(0, at)}x${PREFACE.slice(at + 1)}`)).toBe(false)
    }
  })

  it.each([
    'GET / HTTP/1.1\r\n',
    'PRI * HTTP/1.1\r\n\r\n',
    'PRI * HTTP/2.0\r\nHost: a\r\n\r\n',
    'PRIX',
    'pri *',
  ])('%j is none', text => expect(verdict(text)).toBe(false))
})
