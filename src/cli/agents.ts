// Makes an agent: its token is shown once, and the file holds the hash.
import { OUR_LABELS } from '../base/labels.ts'
import { systemRandom } from '../base/random.ts'
import { newToken, tokenHash } from '../base/token.ts'
import { labelKeyForm, labelValueForm } from '../config/forms/agents.ts'
import { idForm } from '../config/forms/words.ts'
import { bracketed } from '../http/host.ts'
import { agentNotes } from './agent-notes.ts'
import type { Environment } from './environment.ts'
import { EXIT } from './exit-codes.ts'
import { settingsOf } from './find-server.ts'
import { printNote, printResult } from './print.ts'
import { findSource } from './source.ts'
import { UsageError } from './usage.ts'

export interface NewAgentFlags {
  readonly names: readonly string[]
  /** `key=value` each. */
  readonly labels: readonly string[]
  /** The URL of the management address, as agents see it; undefined: as the file has it. */
  readonly server: string | undefined
  readonly config: string | undefined
}

/** Stands for a name that nobody told. */
const SOMEWHERE = 'p2pstream.example.com'
const NOWHERE = ['', '0.0.0.0', '::', '127.0.0.1', '::1', 'localhost']
const PORT = 8081

function labelsOf(pairs: readonly string[]): ReadonlyMap<string, string> {
  return new Map(
    pairs.map(pair => {
      const [, key, value] = /^([^=]+)=(.*)$/s.exec(pair) ?? []
      if (key === undefined || value === undefined) throw new UsageError(`--label "${pair}" is not KEY=VALUE`)
      if (key.startsWith(OUR_LABELS))
        throw new UsageError(`--label "${pair}": labels under ${OUR_LABELS} are ours`)
      const flaw = labelKeyForm(key, 'the key') ?? labelValueForm(value, 'the value')
      if (flaw !== undefined) throw new UsageError(`--label "${pair}": ${flaw.message}`)
      return [key, value] as const
    }),
  )
}

interface Address {
  readonly server: URL
  readonly isOwnAuthority: boolean
}

/** Where agents find the server, from the flag, the file, or as an example. */
async function addressOf({ server, config }: NewAgentFlags, environment: Environment): Promise<Address> {
  const found = config === '-' ? undefined : await findSource(config)
  if (config !== undefined && found?.ok === false) throw new UsageError(found.message)
  const door = found?.ok === true ? settingsOf(found.name, environment)?.management : undefined
  const mode = door?.tls.mode ?? 'auto'
  const host = door === undefined || NOWHERE.includes(door.bind) ? SOMEWHERE : bracketed(door.bind)
  const written = door === undefined || door.public_url === '' ? undefined : door.public_url
  const url = server ?? written ?? `${mode === 'off' ? 'http' : 'https'}://${host}:${door?.port ?? PORT}`
  if (!/^https?:/.test(url) || !URL.canParse(url))
    throw new UsageError(`--server "${url}" is no URL of a server`)
  return { server: new URL(url), isOwnAuthority: mode === 'auto' && url.startsWith('https:') }
}

/** `p2pstream agents new ID`: the token alone on stdout, what to do with it on stderr. */
export async function makeAgent(flags: NewAgentFlags, environment: Environment): Promise<number> {
  const [id = '', ...rest] = flags.names
  if (rest.length > 0) throw new UsageError('agents new makes one agent: name one')
  if (idForm(id, '') !== undefined) throw new UsageError(`"${id}" is no id`)
  const labels = labelsOf(flags.labels)
  const address = await addressOf(flags, environment)
  const token = newToken(systemRandom())
  await printNote(agentNotes({ id, labels, tokenHash: tokenHash(token), ...address }))
  await printResult(`${token}\n`)
  return EXIT.yes
}
