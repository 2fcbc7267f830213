// The scene of the tests about TLS: the program with an https listener, certificates beside its file.
import type { Authority, Pair } from './certificates.ts'
import { freePort } from './ports.ts'
import { startWorld, type World } from './world.ts'

export interface TlsStage extends AsyncDisposable {
  readonly world: World
  readonly port: number
}

/** PEM files, `name.pem` and `name.key`. */
export function pairFiles(pairs: Readonly<Record<string, Pair>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(pairs).flatMap(([name, { cert, key }]) => [
      [`${name}.pem`, cert],
      [`${name}.key`, key],
    ]),
  )
}

/** An authority's certificates for lists of hosts, by name. */
export function signAll(
  authority: Authority,
  hosts: Readonly<Record<string, readonly string[]>>,
): Record<string, Pair> {
  return Object.fromEntries(
    Object.entries(hosts).map(([name, names]) => [name, authority.sign({ hosts: names })]),
  )
}

/** The entries of `certificates` for pairs of files. */
export function certificateLines(names: readonly string[]): string {
  return names.map(name => `  ${name}: { cert_file: ${name}.pem, key_file: ${name}.key }\n`).join('')
}

/** Starts the program with one https listener; `config` is given its port. */
export async function startTls(
  config: (port: number) => string,
  files: Readonly<Record<string, string>>,
  env: Readonly<Record<string, string>> = {},
): Promise<TlsStage> {
  const port = await freePort()
  const world = await startWorld({ config: config(port), files, env, ready: [port] })
  return { world, port, [Symbol.asyncDispose]: () => world[Symbol.asyncDispose]() }
}

/** A whole file; `listener` is the inside of a flow mapping, more text follows at the top level. */
export function tlsConfig(port: number, listener: string, names: readonly string[], more = ''): string {
  return `version: 1
logging: { level: debug }
server: { reload: { debounce: 50ms } }
listeners:
  web: { protocol: https, bind: 127.0.0.1, port: ${port}, ${listener} }
certificates:
${certificateLines(names)}
routes:
  all: { listener: web, default: true, forward: { targets: [{ static: { body: hello } }] } }
${more}`
}
