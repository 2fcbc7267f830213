// Prints what follows from the schema: `node schemas/press.ts` writes, `--check` says whether what is committed is current.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { DIAGNOSTIC_CODES } from '../src/base/diagnostic-codes.ts'
import { readSchema } from './dialect.ts'
import { printReference } from './print-reference.ts'
import { printTypes } from './print-types.ts'

const at = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** Every printed file by its path, with the text it should have. */
export function press(): ReadonlyMap<string, string> {
  const definitions = readSchema(JSON.parse(readFileSync(at('p2pstream.schema.json'), 'utf8')))
  return new Map([
    [at('../src/config/shape.gen.ts'), printTypes(definitions)],
    [at('README.md'), printReference(definitions, DIAGNOSTIC_CODES)],
  ])
}

/** The printed files whose committed text isn't what the schema says. */
export function stale(): readonly string[] {
  return [...press()].filter(([path, text]) => current(path) !== text).map(([path]) => path)
}

function current(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}

if (import.meta.main) {
  const isCheck = process.argv.includes('--check')
  for (const path of stale()) {
    if (!isCheck) writeFileSync(path, press().get(path) ?? '')
    process.stdout.write(`${isCheck ? 'not current, run `npm run press`' : 'written'}: ${path}\n`)
    if (isCheck) process.exitCode = 1
  }
}
