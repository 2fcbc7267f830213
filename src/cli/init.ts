// Writes a first config file, never over one that is there.
import { writeFileSync } from 'node:fs'
import { reasonOf } from '../config/files.ts'
import { EXIT } from './exit-codes.ts'
import { printNote, printResult } from './print.ts'
import { STARTER } from './starter.ts'

export interface InitFlags {
  readonly file: string
  readonly force: boolean
}

/** `p2pstream init`. */
export async function writeStarter({ file, force }: InitFlags): Promise<number> {
  try {
    writeFileSync(file, STARTER, { flag: force ? 'w' : 'wx' })
  } catch (error) {
    const exists = (error as { readonly code?: unknown }).code === 'EEXIST'
    await printNote(
      exists
        ? `p2pstream: "${file}" is already there; --force writes over it\n`
        : `p2pstream: can't write "${file}": ${reasonOf(error)}\n`,
    )
    return EXIT.no
  }
  await printResult(`Wrote ${file}. Next: p2pstream run -c ${file}, then curl http://127.0.0.1:8080/hello\n`)
  return EXIT.yes
}
