// Makes a password for somebody at the management address: it is shown once, and the file holds its hash.
import { passwordHash } from '../base/password.ts'
import { systemRandom } from '../base/random.ts'
import { newToken } from '../base/token.ts'
import { idForm } from '../config/forms/words.ts'
import { EXIT } from './exit-codes.ts'
import { firstLine } from './first-line.ts'
import { printNote, printResult } from './print.ts'
import { UsageError } from './usage.ts'

export interface UserFlags {
  readonly action: string
  readonly id: string
  /** The password is the first line of stdin. */
  readonly isGiven: boolean
}

const LEAST = 8

/** `p2pstream users new ID`: the password alone on stdout, unless it was given; what to write into the file on stderr. */
export async function makeUser({ action, id, isGiven }: UserFlags): Promise<number> {
  if (action !== 'new') throw new UsageError(`there is no "users ${action}"; did you mean users new?`)
  if (idForm(id, '') !== undefined) throw new UsageError(`"${id}" is no id`)
  const random = systemRandom()
  const password = isGiven ? await firstLine() : newToken(random).slice(0, 24)
  if (password.length < LEAST) throw new UsageError(`a password has at least ${LEAST} characters`)
  const hash = await passwordHash(password, random)
  const shown = isGiven ? '' : 'The password is shown once. '
  await printNote(
    `${shown}In the file it is known by its hash:\n\nmanagement:\n  users:\n    ${id}: { password_hash: "${hash}" }\n\n`,
  )
  if (!isGiven) await printResult(`${password}\n`)
  return EXIT.yes
}
