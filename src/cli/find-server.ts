// Which running server a command is for: the one that was named, or the one that runs the file.
import { readFileSync } from 'node:fs'
import { systemClock } from '../base/clock.ts'
import { reasonOf } from '../config/files.ts'
import { load } from '../config/load.ts'
import type { Config } from '../config/shape.gen.ts'
import { controlSocket, STDIN } from '../management/control-socket.ts'
import type { Environment } from './environment.ts'
import { DEFAULT_PATHS, findSource } from './source.ts'
import { stateFolder } from './state-folder.ts'
import { UsageError } from './usage.ts'

export interface ServerFlags {
  /** `unix:PATH` or a URL. */
  readonly server: string | undefined
  readonly config: string | undefined
  readonly tokenFile: string | undefined
  readonly caFile: string | undefined
}

/** How to get to a server. */
export type Whereabouts =
  | { readonly kind: 'unix'; readonly path: string }
  | {
      readonly kind: 'url'
      readonly url: URL
      readonly token: string | undefined
      /** Certificates (PEM) that are trusted beside the built-in ones; undefined for none. */
      readonly ca: Buffer | undefined
    }

export type FoundServer =
  | { readonly ok: true; readonly where: Whereabouts }
  | { readonly ok: false; readonly message: string }

/** The part of a config that tells where its server is, wrong as the rest may be. */
function settingsOf(file: string, environment: Environment): Config | undefined {
  return load({
    source: { path: file },
    environment,
    missingReferences: 'note',
    now: systemClock().wall(),
  }).partial
}

function readOrRefuse(flag: string, path: string): Buffer {
  try {
    return readFileSync(path)
  } catch (error) {
    throw new UsageError(`${flag}: "${path}" can't be read: ${reasonOf(error)}`)
  }
}

function named(server: string, flags: ServerFlags, environment: Environment): Whereabouts {
  if (server.startsWith('unix:')) return { kind: 'unix', path: server.slice('unix:'.length) }
  if (!/^https?:/.test(server) || !URL.canParse(server))
    throw new UsageError(`--server "${server}" is neither unix:PATH nor a URL`)
  const { tokenFile, caFile } = flags
  const token =
    tokenFile === undefined
      ? environment['P2PSTREAM_TOKEN']
      : readOrRefuse('--token-file', tokenFile).toString('utf8').trim()
  return {
    kind: 'url',
    url: new URL(server),
    token: token === '' ? undefined : token,
    ca: caFile === undefined ? undefined : readOrRefuse('--ca-file', caFile),
  }
}

/** Finds the server that the flags name, else the control socket of the server that runs their config. */
export async function findServer(flags: ServerFlags, environment: Environment): Promise<FoundServer> {
  if (flags.server !== undefined) return { ok: true, where: named(flags.server, flags, environment) }
  if (flags.config === '-')
    return { ok: true, where: { kind: 'unix', path: controlSocket(stateFolder(environment), STDIN) } }
  const found = await findSource(flags.config)
  if (!found.ok)
    return {
      ok: false,
      message:
        flags.config === undefined
          ? `there is neither ${DEFAULT_PATHS.join(' nor ')}; name the server's file with -c, or the server with --server`
          : found.message,
    }
  const settings = settingsOf(found.name, environment)
  const dir = settings?.state.dir ?? ''
  return {
    ok: true,
    where: { kind: 'unix', path: controlSocket(dir === '' ? stateFolder(environment) : dir, found.name) },
  }
}
