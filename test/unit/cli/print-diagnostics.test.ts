import { describe, expect, it } from 'vitest'
import type { Diagnostic } from '../../../src/base/diagnostic.ts'
import {
  diagnosticsAsGithub,
  diagnosticsAsJson,
  diagnosticsAsText,
} from '../../../src/cli/print-diagnostics.ts'

const place = (
  line: number,
  column: number,
  endColumn: number,
  endLine = line,
): Diagnostic['place'] & object => ({
  file: 'p2pstream.yaml',
  line,
  column,
  endLine,
  endColumn,
})

const unknown: Diagnostic = {
  code: 'name/unknown-upstream',
  severity: 'error',
  message: 'no upstream "order"; did you mean "orders"?',
  at: '/routes/a/forward/upstream',
  on: 'value',
  place: place(41, 17, 22),
}

describe('text', () => {
  it('is the design’s picture', () => {
    expect(diagnosticsAsText([unknown], () => '      upstream: order', false)).toBe(
      [
        'p2pstream.yaml:41:17 error name/unknown-upstream  no upstream "order"; did you mean "orders"?',
        '   41 |       upstream: order',
        '      |                 ^^^^^',
        '',
      ].join('\n'),
    )
  })

  it('adds help and what is related', () => {
    const related = [{ at: '/a', on: 'key', message: 'first written here', place: place(3, 5, 6) }] as const
    const text = diagnosticsAsText([{ ...unknown, help: 'write orders', related }], () => undefined, false)
    expect(text).toContain('      = help: write orders\n      = p2pstream.yaml:3:5 first written here\n')
  })

  it('keeps carets under tabs, and draws to the end of the line what goes over several', () => {
    const text = diagnosticsAsText([{ ...unknown, place: place(1, 2, 3, 4) }], () => '\t- a: b', false)
    expect(text).toContain('    1 | \t- a: b\n      | \t^^^^^^\n')
  })

  it('shows of a very long line the part around the place', () => {
    const line = `${'x'.repeat(5000)}HERE${'y'.repeat(5000)}`
    const [, source = '', carets = ''] = diagnosticsAsText(
      [{ ...unknown, place: place(1, 5001, 5005) }],
      () => line,
      false,
    ).split('\n')
    expect(source.length).toBeLessThan(200)
    expect(source.slice(carets.indexOf('^'), carets.lastIndexOf('^') + 1)).toBe('HERE')
  })

  it('lets no control character through to the terminal', () => {
    const text = diagnosticsAsText([{ ...unknown, message: 'a\u001B[2Jb' }], () => 'c\u001B]0;d\u0007', false)
    expect(text).not.toMatch(/[\u001B\u0007]/)
  })

  it('colours by severity when it may', () => {
    expect(diagnosticsAsText([unknown], () => undefined, true)).toContain('\u001B[31merror\u001B[0m')
    expect(diagnosticsAsText([{ ...unknown, severity: 'warning' }], () => undefined, true)).toContain(
      '\u001B[33mwarning',
    )
  })

  it('is empty when there is nothing to tell', () => {
    expect(diagnosticsAsText([], () => undefined, false)).toBe('')
  })
})

describe('json', () => {
  it('holds the fields of the design', () => {
    expect(JSON.parse(diagnosticsAsJson([{ ...unknown, help: 'x' }]))).toEqual([
      {
        code: 'name/unknown-upstream',
        severity: 'error',
        message: 'no upstream "order"; did you mean "orders"?',
        pointer: '/routes/a/forward/upstream',
        file: 'p2pstream.yaml',
        line: 41,
        column: 17,
        endLine: 41,
        endColumn: 22,
        help: 'x',
        related: [],
      },
    ])
    expect(JSON.parse(diagnosticsAsJson([]))).toEqual([])
  })
})

describe('github', () => {
  it('is one command for each finding', () => {
    expect(diagnosticsAsGithub([unknown])).toBe(
      '::error file=p2pstream.yaml,line=41,endLine=41,col=17,endColumn=22,title=name/unknown-upstream::no upstream "order"; did you mean "orders"?\n',
    )
  })

  it('escapes what would end a command or a property', () => {
    const odd: Diagnostic = {
      ...unknown,
      severity: 'note',
      message: '100%\r\nof it',
      place: { ...place(1, 1, 2), file: 'a,b:c%.yaml' },
    }
    const [command, rest] = diagnosticsAsGithub([odd]).split('\n')
    expect(command).toBe(
      '::notice file=a%2Cb%3Ac%25.yaml,line=1,endLine=1,col=1,endColumn=2,title=name/unknown-upstream::100%25%0D%0Aof it',
    )
    expect(rest).toBe('')
  })
})
