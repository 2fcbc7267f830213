import { expect, it } from 'vitest'
import type { Diagnostic } from '../../../src/base/diagnostic.ts'
import { hearDiagnostic, tellDiagnostic } from '../../../src/base/told-diagnostic.ts'

const PLACE = { file: 'a.yaml', line: 3, column: 5, endLine: 3, endColumn: 9 }

it('what is told is heard as it was', () => {
  const diagnostic: Diagnostic = {
    code: 'shape/type',
    severity: 'error',
    message: 'expected text',
    at: '/routes/a',
    on: 'value',
    help: 'write text',
    place: PLACE,
    related: [{ at: '/routes/b', on: 'value', message: 'first here', place: PLACE }],
  }
  expect(hearDiagnostic(JSON.parse(JSON.stringify(tellDiagnostic(diagnostic))))).toEqual(diagnostic)
})

it('what has no place gets none', () => {
  const diagnostic: Diagnostic = {
    code: 'yaml/syntax',
    severity: 'note',
    message: 'odd',
    at: '',
    on: 'value',
  }
  expect(hearDiagnostic(JSON.parse(JSON.stringify(tellDiagnostic(diagnostic))))).toEqual({
    ...diagnostic,
    related: [],
  })
})
