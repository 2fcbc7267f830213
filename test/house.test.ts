// Holds every file of src to src/README.md: rooms, doors, no cycles, no module memory, and the words we don't use.
import { readdirSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { type Code, readCode } from './support/code.ts'

const ROOT = fileURLToPath(new URL('..', import.meta.url))
const SRC = join(ROOT, 'src')
const AGES_ONLY = /^(main\.ts|launch\.js)$/
const FORBIDDEN_WORDS =
  /^(manager|helpers?|utils?|misc|processor|wrapper|context|middleware|service|backend|opts|cfg|impl)$/i
const EMPTY_NAMES = /^(handle|process|init|do)$/

function filesBelow(folder: string, suffix: RegExp): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter(entry => entry.isFile() && suffix.test(entry.name))
    .map(entry => relative(SRC, join(entry.parentPath, entry.name)))
    .sort()
}

function tableRows(text: string, heading: string): string[][] {
  const section = text.split(/^## /m).find(part => part.startsWith(heading)) ?? ''
  return section
    .split('\n')
    .filter(line => line.startsWith('|'))
    .slice(2)
    .map(line =>
      line
        .split('|')
        .slice(1, -1)
        .map(cell => cell.trim()),
    )
}

const readme = readFileSync(join(SRC, 'README.md'), 'utf8')
const rooms = new Map(
  tableRows(readme, 'Rooms').map(([room = '', , may = '']) => [
    room.replaceAll('`', ''),
    may === '–' ? [] : may.split(', '),
  ]),
)
const doors = tableRows(readme, 'Doors').map(([door = '', passes = '']) => ({
  door: door.replaceAll('`', ''),
  passes: [...passes.matchAll(/`([^`]+)`/g)].map(found => found[1] ?? ''),
}))
const code = new Map<string, Code>(
  filesBelow(SRC, /\.(ts|js)$/).map(file => [file, readCode(readFileSync(join(SRC, file), 'utf8'))]),
)
const modules = [...code].filter(([file]) => file !== 'launch.js')
const roomOf = (file: string): string => (file.includes('/') ? (file.split('/')[0] ?? '') : '')
const targetOf = (file: string, specifier: string): string =>
  specifier.startsWith('.') ? normalize(join(dirname(file), specifier)) : specifier

/** `file: what is wrong` for every fault that `look` finds. */
function faults(look: (file: string, code: Code) => readonly string[]): string[] {
  return modules.flatMap(([file, one]) => look(file, one).map(fault => `${file}: ${fault}`))
}

describe('rooms', () => {
  it('every room has a row, and every row a room', () => {
    const found = new Set(modules.map(([file]) => roomOf(file)).filter(room => room !== ''))
    expect([...found].sort()).toEqual([...rooms.keys()].sort())
    expect(
      modules.map(([file]) => file).filter(file => roomOf(file) === '' && !AGES_ONLY.test(file)),
    ).toEqual([])
  })

  it('a file imports only the rooms of its row, and only types where the row says so', () => {
    const wrong = faults((file, { imports }) => {
      const may = rooms.get(roomOf(file))
      if (may === undefined || may.includes('all')) return []
      return imports
        .filter(one => one.specifier.startsWith('.'))
        .filter(one => {
          const room = roomOf(targetOf(file, one.specifier))
          if (room === roomOf(file) || may.includes(room)) return false
          return !(may.includes(`${room} (types)`) && one.isType)
        })
        .map(one => `imports ${one.isType ? 'types of ' : ''}${one.specifier}`)
    })
    expect(wrong).toEqual([])
  })

  it('nothing but main.ts imports cli', () => {
    expect(
      faults((file, { imports }) =>
        roomOf(file) === 'cli' || file === 'main.ts'
          ? []
          : imports.map(one => targetOf(file, one.specifier)).filter(target => roomOf(target) === 'cli'),
      ),
    ).toEqual([])
  })

  it('a compile step asks no system and keeps no memory', () => {
    const impure = /^(node:(?!crypto)|net\/|wire\/|observe\/|state\/(?!.*identity)|base\/clock|base\/random)/
    expect(
      faults((file, { imports }) =>
        /\/compile[^/]*\.ts$/.test(file)
          ? imports
              .filter(one => !one.isType)
              .map(one => targetOf(file, one.specifier))
              .filter(target => impure.test(target))
          : [],
      ),
    ).toEqual([])
  })

  it('no file needs itself by way of others: types aside, which are gone when the code runs', () => {
    const edges = new Map(
      modules.map(([file, { imports }]) => [
        file,
        imports.filter(one => !one.isType).map(one => targetOf(file, one.specifier)),
      ]),
    )
    const done = new Set<string>()
    const cycles: string[] = []
    const walk = (file: string, path: readonly string[]): void => {
      if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(' → '))
      if (path.includes(file) || done.has(file)) return
      for (const next of edges.get(file) ?? []) walk(next, [...path, file])
      done.add(file)
    }
    for (const [file] of modules) walk(file, [])
    expect(cycles).toEqual([])
  })
})

describe('doors', () => {
  const allowed = (what: string): string | undefined =>
    doors.find(({ passes }) => passes.includes(what))?.door

  it('each library passes through the one file that the table names', () => {
    const used = new Map<string, Set<string>>()
    for (const [file, { imports }] of modules) {
      for (const { specifier } of imports) {
        if (/^(\.|node:)/.test(specifier)) continue
        const library = specifier.split('/')[0] ?? ''
        used.set(library, (used.get(library) ?? new Set()).add(file))
      }
    }
    const dependencies = Object.keys(
      JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')).dependencies,
    )
    expect([...used.keys()].sort()).toEqual(dependencies.sort())
    for (const [library, files] of used) expect([...files], library).toEqual([allowed(library)])
  })

  it('forbidden globals stay behind their doors', () => {
    const globals: readonly (readonly [string, RegExp])[] = [
      ['Date.now', /\bDate\.now\b|\bnew Date\(\s*\)/g],
      ['performance.now', /\bperformance\.now\b|\bprocess\.hrtime\b/g],
      ['setTimeout', /(?<![.\w])setTimeout\((?!\w+: )/g],
      ['setInterval', /(?<![.\w])setInterval\b/g],
      ['setImmediate', /(?<![.\w])setImmediate\b/g],
      ['Math.random', /\bMath\.random\b/g],
      ['console', /(?<![.\w])console\./g],
      ['process.stdout', /\bprocess\.stdout\b/g],
      ['process.stderr', /\bprocess\.stderr\b/g],
      ['process.env', /\bprocess\.env\b/g],
      ['fetch', /(?<![.\w])fetch\(/g],
      ['eval', /(?<![.\w])(eval\(|new Function\b)/g],
    ]
    const wrong = faults((file, { text }) =>
      globals
        .filter(([name, use]) => file !== allowed(name) && text.match(use) !== null)
        .map(([name]) => name),
    )
    expect(wrong).toEqual([])
    expect(
      faults((_, { imports }) => imports.map(one => one.specifier).filter(one => /^node:timers/.test(one))),
    ).toEqual([])
  })

  it('randomness is drawn in one place', () => {
    const draws = /\b(randomBytes|randomFill(Sync)?|randomInt|randomUUID|getRandomValues)\b/
    expect(modules.filter(([, { text }]) => draws.test(text)).map(([file]) => file)).toEqual([
      'base/random.ts',
    ])
  })

  it('every door is there and used', () => {
    const missing = doors
      .filter(({ door }) => door !== 'nobody')
      .filter(({ door, passes }) => {
        const one = code.get(door)
        return (
          one === undefined ||
          !passes.some(what =>
            `${one.text} ${one.imports.map(i => i.specifier).join(' ')}`.includes(what.split(' ')[0] ?? ''),
          )
        )
      })
    expect(missing).toEqual([])
  })
})

describe('files', () => {
  it('no default exports, no barrels, no re-exports', () => {
    expect(
      faults((file, { text, imports }) => [
        ...(/\bexport\s+default\b/.test(text) ? ['default export'] : []),
        ...imports.filter(one => one.isReexport).map(one => `re-exports ${one.specifier}`),
        ...(/(^|\/)index\.ts$/.test(file) ? ['a barrel'] : []),
      ]),
    ).toEqual([])
  })

  it('no module remembers anything: no let, no var, no empty collection to be filled later', () => {
    expect(faults((_, { mutables }) => mutables)).toEqual([])
  })

  it('at most 400 lines by hand, and the first says what the file knows', () => {
    expect(
      faults((file, { lines, source }) => [
        ...(lines > 400 && !file.endsWith('.gen.ts') ? [`${lines} lines`] : []),
        ...(/^(#!|\/\/ |\/\*\*? )/.test(source) ? [] : ['begins without a word about itself']),
      ]),
    ).toEqual([])
  })

  it('names say something', () => {
    const wordsOf = (name: string): string[] => name.split(/[-.]|(?<=[a-z])(?=[A-Z])/)
    expect(
      faults((file, { exports }) => [
        ...wordsOf(
          file
            .split('/')
            .at(-1)
            ?.replace(/(\.gen)?\.ts$/, '') ?? '',
        ).filter(word => FORBIDDEN_WORDS.test(word)),
        ...exports.filter(
          name => EMPTY_NAMES.test(name) || wordsOf(name).some(word => FORBIDDEN_WORDS.test(word)),
        ),
      ]),
    ).toEqual([])
    expect(modules.map(([file]) => file).filter(file => !/^[a-z0-9/-]+(\.gen)?\.ts$/.test(file))).toEqual([])
  })

  it('nothing is left for later', () => {
    expect(faults((_, { source }) => source.match(/\b(TODO|FIXME|XXX|HACK)\b/g) ?? [])).toEqual([])
  })
})

describe('tests', () => {
  it('a unit test never sleeps', () => {
    const unit = filesBelow(join(ROOT, 'test/unit'), /\.ts$/)
    expect(unit.length).toBeGreaterThan(0)
    const sleeping = unit.filter(file => {
      const { text, imports } = readCode(readFileSync(join(SRC, file), 'utf8'))
      return (
        /\bawait (sleep|pause)\(|(?<![.\w])set(Timeout|Interval)\((?!\w+: )/.test(text) ||
        imports.some(one => one.specifier === 'node:timers/promises')
      )
    })
    expect(sleeping).toEqual([])
  })

  it('no test is skipped or alone', () => {
    const all = filesBelow(join(ROOT, 'test'), /\.test\.ts$/)
    const odd = all.filter(file =>
      /\.(skip|only|todo|fails)\b/.test(readCode(readFileSync(join(SRC, file), 'utf8')).text),
    )
    expect(odd).toEqual([])
  })
})

describe('the reader', () => {
  it('sees planted offences, and nothing in comments, strings and patterns', () => {
    const planted = readCode(
      [
        "import { type A, b } from './b.ts'",
        "import { type C } from './c.ts'",
        "export * from './d.ts'",
        "const late = await import('./e.ts')",
        'let counter = 1',
        'const seen = new Map<string, number>()',
        'const none: readonly string[] = []',
        '// Date.now() and let x = 1',
        "const word = 'process.env' + `${console.log(1)} fetch(`",
        'const pattern = /setTimeout\\(/',
        'export function manager(): void {}',
      ].join('\n'),
    )
    expect(planted.imports).toEqual([
      { specifier: './b.ts', isType: false, isReexport: false },
      { specifier: './c.ts', isType: true, isReexport: false },
      { specifier: './d.ts', isType: false, isReexport: true },
      { specifier: './e.ts', isType: false, isReexport: false },
    ])
    expect(planted.mutables).toEqual(['let counter', 'const seen = new Map<string, number>()'])
    expect(planted.exports).toEqual(['manager'])
    expect(planted.text).toContain('console.log(1)')
    expect(planted.text).not.toMatch(/Date\.now|process\.env|fetch|setTimeout/)
  })
})
