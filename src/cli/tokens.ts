// Makes a token for the management door: it is shown once, and the file holds its hash.
import { systemRandom } from '../base/random.ts'
import { newToken, tokenHash } from '../base/token.ts'
import { idForm } from '../config/forms/words.ts'
import { EXIT } from './exit-codes.ts'
import { printNote, printResult } from './print.ts'
import { UsageError } from './usage.ts'

export interface TokenFlags {
  readonly action: string
  readonly id: string
  readonly scopes: readonly string[]
}

/** By it scanners know that something is a secret of ours. */
const PREFIX = 'p2pat_'
const SCOPES: readonly string[] = ['read', 'write', 'metrics']

/** `p2pstream tokens new ID`: the token alone on stdout, what to write into the file on stderr. */
export async function makeToken({ action, id, scopes }: TokenFlags): Promise<number> {
  if (action !== 'new') throw new UsageError(`there is no "tokens ${action}"; did you mean tokens new?`)
  if (idForm(id, '') !== undefined) throw new UsageError(`"${id}" is no id`)
  const wanted = scopes.flatMap(word => word.split(','))
  const unknown = wanted.find(scope => !SCOPES.includes(scope))
  if (unknown !== undefined) throw new UsageError(`--scope "${unknown}" is none of ${SCOPES.join(', ')}`)
  const token = newToken(systemRandom(), PREFIX)
  const list = (wanted.length === 0 ? ['read'] : wanted).join(', ')
  await printNote(
    `The token is shown once. In the file it is known by its hash:\n\nmanagement:\n  tokens:\n    ${id}: { hash: "${tokenHash(token)}", scopes: [${list}] }\n\n`,
  )
  await printResult(`${token}\n`)
  return EXIT.yes
}
