// Prints the JSON Schema of the config file, for editors.
import { readFileSync } from 'node:fs'
import { EXIT } from './exit-codes.ts'
import { printResult } from './print.ts'

/** `p2pstream schema`. */
export async function printSchema(): Promise<number> {
  await printResult(readFileSync(new URL('../../schemas/p2pstream.schema.json', import.meta.url), 'utf8'))
  return EXIT.yes
}
