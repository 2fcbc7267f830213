import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import {
  decided,
  errorsOf,
  explained,
  type Found,
  loadRouting,
  type RoutingCase,
  readRoutingFile,
  spokenOf,
} from '../support/routing-case.ts'

/** What only explain tells; the decision has no words for it. */
const EXPLAINED_ONLY: ReadonlySet<string> = new Set(['sends', 'host', 'prefix', 'fates'])

function expectationOf(asked: RoutingCase): Found {
  const { ask: _a, fields: _f, from: _p, listener: _l, why: _w, ...expected } = asked
  return expected
}

function withoutExplained(found: Found): Found {
  return Object.fromEntries(Object.entries(found).filter(([key]) => !EXPLAINED_ONLY.has(key)))
}

for (const folder of ['routing', 'redirect']) {
  const root = new URL(`./${folder}/`, import.meta.url)
  for (const name of readdirSync(root).filter(file => file.endsWith('.yaml'))) {
    describe(`${folder}/${name}`, () => {
      const file = readRoutingFile(readFileSync(new URL(name, root), 'utf8'))
      const loaded = loadRouting(file.config)

      it('compiles with the warnings it names and no others', () => {
        expect(loaded.warnings.toSorted()).toEqual([...(file.warnings ?? [])].toSorted())
      })

      for (const { route, code } of file.refused ?? []) {
        it(`refuses ${JSON.stringify(route)}`, () => {
          expect(errorsOf(file.config, route)).toEqual([code])
        })
      }

      for (const [index, asked] of file.cases.entries()) {
        it(`${index + 1}. ${asked.why ?? asked.ask}`, () => {
          const expected = expectationOf(asked)
          expect(Object.keys(expected)).not.toEqual([])
          expect(spokenOf(explained(loaded, asked), asked)).toEqual(expected)
          expect(withoutExplained(spokenOf(decided(loaded, asked), asked))).toEqual(
            withoutExplained(expected),
          )
        })
      }
    })
  }
}
