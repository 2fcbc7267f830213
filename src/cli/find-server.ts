// Which running server a command is for: the one that was named, or the one that runs the file.
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '../base/clock.ts'
import { reasonOf } from '../config/files.ts'
import { load } from '../config/load.ts'
import type { Config, Management } from '../config/shape.gen.ts'
import { bracketed } from '../http/host.ts'
import { controlSocket, STDIN } from '../management/control-socket.ts'
import { AUTHORITY_FILE } from '../tls/local-authority.ts'
import type { Environment } from './environment.ts'
import { DEFAULT_PATHS, findSource } from './source.ts'
import { SERVICE_FOLDER, stateFolder } from './state-folder.ts'
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
export function settingsOf(file: string, environment: Environment): Config | undefined {
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

function tokenOf({ tokenFile }: ServerFlags, environment: Environment): string | undefined {
  const token =
    tokenFile === undefined
      ? environment['P2PSTREAM_TOKEN']
      : readOrRefuse('--token-file', tokenFile).toString('utf8').trim()
  return token === '' ? undefined : token
}

function caOf({ caFile }: ServerFlags): Buffer | undefined {
  return caFile === undefined ? undefined : readOrRefuse('--ca-file', caFile)
}

/** The address that the file gives its server; whoever can read the state folder trusts the authority in it. */
function addressOf(
  { bind, port, public_url: url, tls }: Management,
  folder: string,
  flags: ServerFlags,
  environment: Environment,
): Whereabouts {
  const host = ['', '0.0.0.0', '::'].includes(bind) ? '127.0.0.1' : bracketed(bind)
  const own = join(folder, AUTHORITY_FILE)
  const ca = caOf(flags) ?? (tls.mode === 'auto' && existsSync(own) ? readFileSync(own) : undefined)
  const scheme = tls.mode === 'off' ? 'http' : 'https'
  return {
    kind: 'url',
    url: new URL(url === '' ? `${scheme}://${host}:${port}` : url),
    token: tokenOf(flags, environment),
    ca,
  }
}

function named(server: string, flags: ServerFlags, environment: Environment): Whereabouts {
  if (server.startsWith('unix:')) return { kind: 'unix', path: server.slice('unix:'.length) }
  if (!/^https?:/.test(server) || !URL.canParse(server))
    throw new UsageError(`--server "${server}" is neither unix:PATH nor a URL`)
  return { kind: 'url', url: new URL(server), token: tokenOf(flags, environment), ca: caOf(flags) }
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
  const written = settings?.state.dir ?? ''
  const folders = written === '' ? [stateFolder(environment), SERVICE_FOLDER] : [written]
  const socketIn = (dir: string): string => controlSocket(dir, found.name)
  const folder = folders.find(dir => existsSync(socketIn(dir))) ?? folders[0] ?? ''
  const path = socketIn(folder)
  // A server on whose machine we are has its socket; in another container there may be its address alone.
  if (settings?.management === undefined || existsSync(path))
    return { ok: true, where: { kind: 'unix', path } }
  return { ok: true, where: addressOf(settings.management, folder, flags, environment) }
}
