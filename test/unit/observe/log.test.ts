import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { Secret } from '../../../src/base/secret.ts'
import type { Lines } from '../../../src/observe/lines.ts'
import { fileLines, type LogRules, openLog } from '../../../src/observe/log.ts'
import { handClock } from '../../support/clock.ts'

function stage(rules: LogRules, colors = false) {
  const clock = handClock()
  const written: string[] = []
  const lines: Lines = { write: text => written.push(text.toString()) > 0, close: () => Promise.resolve() }
  return { clock, written, log: openLog({ lines, clock, rules, colors }) }
}

describe('the log in JSON', () => {
  it('starts with level, time and event', () => {
    const { log, written } = stage({ level: 'info', format: 'json' })
    log.info('config/applied', { generation: 2 })
    expect(written).toEqual([
      '{"level":"info","time":"2026-11-20T00:00:00.000Z","event":"config/applied","generation":2}\n',
    ])
  })

  it('leaves out what is below its level, which a reload may change', () => {
    const { log, written } = stage({ level: 'warn', format: 'json' })
    log.info('config/applied')
    log.warn('config/rejected')
    log.configure({ level: 'debug', format: 'json' })
    log.debug('listener/opened')
    log.trace('listener/closed')
    expect(written.map(line => JSON.parse(line).event)).toEqual(['config/rejected', 'listener/opened'])
  })

  it('never prints a secret', () => {
    const { log, written } = stage({ level: 'info', format: 'json' })
    log.info('internal/error', { password: new Secret('hunter2'), deep: [{ key: new Secret('hunter2') }] })
    expect(written[0]).not.toContain('hunter2')
    expect(JSON.parse(written[0] ?? '')).toMatchObject({
      password: '[secret]',
      deep: [{ key: '[secret]' }],
    })
  })

  it('prints an error with its stack, and survives cycles and big numbers', () => {
    const { log, written } = stage({ level: 'info', format: 'json' })
    const circle: { big: bigint; self?: unknown } = { big: 1n }
    circle.self = circle
    log.error('internal/error', { error: new TypeError('broken'), circle })
    expect(JSON.parse(written[0] ?? '').error).toMatchObject({
      type: 'TypeError',
      message: 'broken',
      stack: expect.stringContaining('log.test.ts'),
    })
  })

  it('lets no control character through', () => {
    const { log, written } = stage({ level: 'info', format: 'json' })
    log.info('config/rejected', { file: 'a\x1b[2J\x9b\u2028\r\n' })
    expect(written[0]).toMatch(/^[^\x00-\x09\x0b-\x1f\x7f-\x9f\u2028]+\n$/)
    expect(JSON.parse(written[0] ?? '').file).toBe('a\x1b[2J\x9b\u2028\r\n')
  })
})

describe('the log for people', () => {
  it('shows time, level, event and fields', () => {
    const { log, written } = stage({ level: 'info', format: 'pretty' })
    log.info('config/applied', { generation: 2, file: 'a b.yaml', path: '/etc/p2pstream.yaml' })
    expect(written).toEqual([
      '00:00:00.000 INFO  config/applied generation=2 file="a b.yaml" path=/etc/p2pstream.yaml\n',
    ])
  })

  it('puts findings and stacks on lines of their own', () => {
    const { log, written } = stage({ level: 'info', format: 'pretty' })
    log.warn('config/rejected', {
      findings: [
        { code: 'yaml/syntax', severity: 'error', message: 'odd\x1b', file: 'p.yaml', line: 4, column: 2 },
      ],
      error: new Error('broken'),
    })
    const lines = (written[0] ?? '').split('\n')
    expect(lines[0]).toBe('00:00:00.000 WARN  config/rejected')
    expect(lines[1]).toBe('    p.yaml:4:2 error yaml/syntax  odd\\u001b')
    expect(lines[2]).toBe('    Error: broken')
  })

  it('is coloured only where asked, and can take over from JSON', () => {
    const { log, written } = stage({ level: 'info', format: 'json' }, true)
    log.configure({ level: 'info', format: 'pretty' })
    log.error('internal/error')
    expect(written).toEqual(['00:00:00.000 \x1b[31mERROR\x1b[0m internal/error\n'])
  })
})

describe('lines into a file', () => {
  const folder = mkdtempSync(join(tmpdir(), 'p2pstream-lines-'))
  afterAll(() => rmSync(folder, { recursive: true }))

  it('in order are there at once', () => {
    const file = join(folder, 'events')
    const lines = fileLines({ file, inOrder: true, clock: handClock() })
    lines.write('one\n')
    expect(readFileSync(file, 'utf8')).toBe('one\n')
  })

  it('by a thread are there after the close, and dropped past the limit', async () => {
    const file = join(folder, 'records')
    const lines = fileLines({ file, inOrder: false, clock: handClock(), limit: 8 })
    expect(lines.write('12345\n')).toBe(true)
    expect(lines.write('67890\n')).toBe(false)
    await lines.close(1000)
    expect(readFileSync(file, 'utf8')).toBe('12345\n')
    expect(lines.write('late\n')).toBe(false)
  })
})
