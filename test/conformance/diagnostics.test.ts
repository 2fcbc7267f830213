// Broken configs, one idea each. The expected findings stand in the files, on the line they are about:
//
//     protcol: http   #! shape/unknown-key "protocol"
//
// The text in quotes, if any, is part of the message, the help or what is related. Where no comment can stand, a line at the top
// says `#! @12 code "text"`, for an included file `#! parts/a.yaml @3 code`. `#! grow PATH BYTES` makes a file of that size.
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Diagnostic } from '../../src/base/diagnostic.ts'
import { DIAGNOSTIC_CODES } from '../../src/base/diagnostic-codes.ts'
import { load } from '../../src/config/load.ts'
import type { Loaded } from '../../src/config/loaded.ts'
import { compile } from '../../src/snapshot/compile.ts'
import { NOW } from '../support/config.ts'

const FIXTURES = join(import.meta.dirname, 'diagnostics')
const NAMES = readdirSync(FIXTURES).filter(name => name.endsWith('.yaml'))

/** What no file can have by itself: a running server finds it. */
const FOUND_WHILE_RUNNING = [
  'certificate/refused',
  'listener/cannot-bind',
  'management/cannot-bind',
  'reload/routes-removed',
]

/** What only a Node finds that can do less than the one that runs the tests. */
const FOUND_ELSEWHERE = ['peer/keepalive']

interface Expected {
  /** `file:line code` */
  readonly what: string
  readonly text: string
}

interface Fixture {
  readonly expected: readonly Expected[]
  readonly grow: readonly { readonly path: string; readonly bytes: number }[]
}

const unquote = (text = ''): string => text.replaceAll('\\"', '"')

function readFixture(name: string): Fixture {
  const expected: Expected[] = []
  const grow: { path: string; bytes: number }[] = []
  for (const [index, line] of readFileSync(join(FIXTURES, name), 'latin1').split('\n').entries()) {
    const head = /^#! (?:(?<file>\S+) )?@(?<line>\d+) (?<code>\S+)(?: "(?<text>.*)")?$/.exec(line)?.groups
    const grown = /^#! grow (?<path>\S+) (?<bytes>\d+)$/.exec(line)?.groups
    if (grown) grow.push({ path: grown['path'] ?? '', bytes: Number(grown['bytes']) })
    else if (head) {
      const file = head['file'] ?? name
      expected.push({ what: `${file}:${head['line']} ${head['code']}`, text: unquote(head['text']) })
    } else if (!line.startsWith('#!')) {
      for (const [, code, text] of line.matchAll(/#! ([a-z]+\/[a-z-]+)(?: "((?:[^"\\]|\\.)*)")?/g))
        expected.push({ what: `${name}:${index + 1} ${code}`, text: unquote(text) })
    }
  }
  return { expected, grow }
}

let folder = ''

beforeAll(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'p2pstream-diagnostics-')), 'config')
  cpSync(FIXTURES, folder, { recursive: true })
})

afterAll(() => rmSync(dirname(folder), { recursive: true }))

function findingsOf(loaded: Loaded): readonly Diagnostic[] {
  const { outcome } = loaded
  if (!outcome.ok) return outcome.diagnostics
  return loaded.locate([...outcome.diagnostics, ...compile(outcome.value).diagnostics])
}

function open(name: string, grow: Fixture['grow']): Loaded {
  for (const { path, bytes } of grow) {
    writeFileSync(join(folder, path), '')
    truncateSync(join(folder, path), bytes)
  }
  return load({
    source: { path: join(folder, name) },
    environment: { SET: 'set' },
    missingReferences: 'error',
    now: NOW,
  })
}

describe('every broken config is told by its code, at its line, and nothing else is', () => {
  it.each(NAMES)('%s', name => {
    const { expected, grow } = readFixture(name)
    const found = findingsOf(open(name, grow)).map(diagnostic => ({
      what: `${diagnostic.place?.file.slice(folder.length + 1)}:${diagnostic.place?.line} ${diagnostic.code}`,
      text: [
        diagnostic.message,
        diagnostic.help,
        ...(diagnostic.related ?? []).map(({ message }) => message),
      ].join(' '),
    }))
    expect(found.map(({ what }) => what).sort()).toEqual(expected.map(({ what }) => what).sort())
    expect(expected.length).toBeGreaterThan(0)
    for (const { what, text } of expected) {
      const told = found.filter(other => other.what === what).map(other => other.text)
      expect(
        told.some(words => words.includes(text)),
        `${what} ${text} in ${told.join(' | ')}`,
      ).toBe(true)
    }
  })
})

describe('codes', () => {
  it('every code has a fixture, and every fixture a code', () => {
    const shown = new Set(
      NAMES.flatMap(name => readFixture(name).expected.map(({ what }) => what.split(' ')[1])),
    )
    expect([...shown, ...FOUND_WHILE_RUNNING, ...FOUND_ELSEWHERE].sort()).toEqual(
      Object.keys(DIAGNOSTIC_CODES).sort(),
    )
  })

  it('every code has a section in the reference', () => {
    const reference = readFileSync(join(import.meta.dirname, '../../schemas/README.md'), 'utf8')
    const sections = [...reference.matchAll(/^### (\w+\/[\w-]+)$/gm)].map(([, code]) => code)
    expect(sections.sort()).toEqual(Object.keys(DIAGNOSTIC_CODES).sort())
  })

  it('messages start small, say something, and end without a full stop', () => {
    for (const name of NAMES) {
      for (const { message, help = 'x' } of findingsOf(open(name, readFixture(name).grow))) {
        expect(message).toMatch(/^[^A-Z\s].*[^.]$|^(Host|HTTP)/s)
        expect(help).toMatch(/[^.]$/)
      }
    }
  })
})
