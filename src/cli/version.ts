// Which p2pstream this is.
import { existsSync, readFileSync } from 'node:fs'
import { EXIT } from './exit-codes.ts'
import { printResult } from './print.ts'

export interface Version {
  readonly version: string
  readonly node: string
  /** The commit; undefined where neither the package nor a repository tells. */
  readonly revision: string | undefined
}

function readBeside(path: string): string | undefined {
  const file = new URL(`../../${path}`, import.meta.url)
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined
}

/** The commit that a clone has checked out; `npm publish` writes the same into the package. */
function checkedOut(): string | undefined {
  const head = readBeside('.git/HEAD')?.trim()
  const ref = head === undefined ? undefined : /^ref: (refs\/[\w./-]+)$/.exec(head)?.[1]
  if (ref === undefined) return head
  const packed = readBeside('.git/packed-refs')
    ?.split('\n')
    .find(line => line.endsWith(` ${ref}`))
  return (readBeside(`.git/${ref}`) ?? packed)?.slice(0, 40)
}

/** What is known of this build. */
export function currentVersion(): Version {
  const { version, gitHead } = JSON.parse(readBeside('package.json') ?? '{}')
  return { version, node: process.versions.node, revision: gitHead ?? checkedOut() }
}

/** `p2pstream version`. */
export async function printVersion(flags: { readonly format: 'text' | 'json' }): Promise<number> {
  const { version, node, revision } = currentVersion()
  const commit = revision === undefined ? '' : `revision ${revision.slice(0, 12)}, `
  const words =
    flags.format === 'json'
      ? JSON.stringify({ version, node, revision })
      : `p2pstream ${version} (${commit}Node.js ${node})`
  await printResult(`${words}\n`)
  return EXIT.yes
}
