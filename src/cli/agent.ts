// `p2pstream agent`: what the flags and the reference's variables say, made into a running agent (design tunnel, "Agent side").
import { readFile } from 'node:fs/promises'
import { startAgent } from '../agent/agent.ts'
import type { TrustedServers } from '../agent/connect.ts'
import { systemClock } from '../base/clock.ts'
import { systemRandom } from '../base/random.ts'
import { type Level, openLog } from '../observe/log.ts'
import { parseAllow } from '../tunnel/allow.ts'
import { MAX_LANES } from '../tunnel/handshake.ts'
import { stayAlive } from './alive.ts'
import type { Environment } from './environment.ts'
import { EXIT } from './exit-codes.ts'
import { watchFaults } from './faults.ts'
import { eventLines } from './out-lines.ts'
import { disablePretenuring } from './pretenuring.ts'
import { hasColors } from './print.ts'
import { listenToSignals } from './signals.ts'
import { UsageError } from './usage.ts'
import { currentVersion } from './version.ts'

export interface AgentFlags {
  readonly servers: readonly string[]
  readonly id: string | undefined
  readonly name: string | undefined
  readonly token: string | undefined
  readonly tokenFile: string | undefined
  readonly caFile: string | undefined
  readonly caPemBase64: string | undefined
  readonly certFile: string | undefined
  readonly keyFile: string | undefined
  readonly isInsecureAllowed: boolean
  readonly targets: readonly string[]
  readonly connections: string | undefined
  readonly logLevel: Level
  readonly colors: boolean
}

/** Milliseconds that streams get after SIGTERM, and the readers of our output at the end. */
const DRAIN = 30_000
const FAREWELL = 1000
const TRUTHY = /^(?:1|true|yes|y|on)$/i
const PEM = /-----BEGIN CERTIFICATE-----/

/** What a flag leaves open its variable may say; those are the reference's, so its units run as they are. */
function filled(flags: AgentFlags, variables: Environment): AgentFlags {
  const from = (given: string | undefined, variable: string): string | undefined =>
    given ?? (variables[variable] === '' ? undefined : variables[variable])
  const list = (given: readonly string[], variable: string): readonly string[] =>
    given.length > 0 ? given : (variables[variable] ?? '').split(/[\s,]+/).filter(word => word !== '')
  return {
    ...flags,
    servers: list(flags.servers, 'MANAGEMENT_URL'),
    id: from(flags.id, 'AGENT_ID'),
    name: from(flags.name, 'AGENT_NAME'),
    token: from(flags.token, 'AGENT_TOKEN'),
    tokenFile: from(flags.tokenFile, 'AGENT_TOKEN_FILE'),
    caFile: from(flags.caFile, 'MANAGEMENT_CA_FILE'),
    caPemBase64: from(flags.caPemBase64, 'MANAGEMENT_CA_PEM_BASE64'),
    certFile: from(flags.certFile, 'AGENT_TLS_CERT_FILE'),
    keyFile: from(flags.keyFile, 'AGENT_TLS_KEY_FILE'),
    isInsecureAllowed:
      flags.isInsecureAllowed || TRUTHY.test(variables['AGENT_ALLOW_INSECURE_MANAGEMENT'] ?? ''),
    targets: list(flags.targets, 'AGENT_ALLOW_TARGETS'),
    connections: from(flags.connections, 'TUNNEL_CONNECTIONS'),
  }
}

function serverUrl(text: string, isInsecureAllowed: boolean): URL {
  if (!URL.canParse(text)) throw new UsageError(`--management-url: "${text}" is no URL`)
  const url = new URL(text)
  if (url.protocol === 'http:' && !isInsecureAllowed)
    throw new UsageError(
      `--management-url: the token would go to ${url.host} in the clear; use https, or add --allow-insecure-management`,
    )
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw new UsageError(`--management-url: "${text}" is neither https nor http`)
  return url
}

async function content(flag: string, path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new UsageError(`--${flag}: ${error instanceof Error ? error.message : String(error)}`)
  }
}

function countOf({ connections = '1' }: AgentFlags): number {
  const count = Number(connections)
  if (!/^\d+$/.test(connections) || count < 1 || count > MAX_LANES)
    throw new UsageError(`--connections: "${connections}" is no number from 1 to ${MAX_LANES}`)
  return count
}

async function tokenOf({ token, tokenFile }: AgentFlags): Promise<string> {
  if (token !== undefined && tokenFile !== undefined)
    throw new UsageError('--agent-token and --agent-token-file exclude each other')
  const found = tokenFile === undefined ? token : (await content('agent-token-file', tokenFile)).trim()
  if (found === undefined || found === '') throw new UsageError('--agent-token-file is missing')
  if (!/^[\x21-\x7e]+$/.test(found)) throw new UsageError('the token has characters that no token has')
  return found
}

async function trustOf(flags: AgentFlags, servers: readonly URL[]): Promise<TrustedServers> {
  const { caFile, caPemBase64, certFile, keyFile } = flags
  if ((certFile === undefined) !== (keyFile === undefined))
    throw new UsageError('--tls-cert-file and --tls-key-file belong together')
  const named = caFile ?? caPemBase64 ?? certFile
  if (named !== undefined && !servers.some(({ protocol }) => protocol === 'https:'))
    throw new UsageError('certificates are for https, and no --management-url is')
  const extra: string[] = []
  if (caFile !== undefined) extra.push(await content('management-ca-file', caFile))
  if (caPemBase64 !== undefined) extra.push(Buffer.from(caPemBase64, 'base64').toString('latin1'))
  if (extra.some(text => !PEM.test(text)))
    throw new UsageError('--management-ca-file, --management-ca-pem-base64: no certificate (PEM) in it')
  const { rootCertificates } = await import('node:tls')
  return {
    ca: extra.length === 0 ? undefined : [...rootCertificates, ...extra],
    cert: certFile === undefined ? undefined : await content('tls-cert-file', certFile),
    key: keyFile === undefined ? undefined : await content('tls-key-file', keyFile),
  }
}

/** `p2pstream agent`: the exit code, when it has left its servers. */
export async function runAgent(given: AgentFlags, variables: Environment): Promise<number> {
  const flags = filled(given, variables)
  if (flags.servers.length === 0) throw new UsageError('--management-url is missing')
  if (flags.id === undefined) throw new UsageError('--agent-id is missing')
  const servers = flags.servers.map(text => serverUrl(text, flags.isInsecureAllowed))
  const allow = parseAllow(flags.targets)
  if (!allow.ok)
    throw new UsageError(
      `--allow-target: "${allow.entry}" is no host, address or range, with or without :ports`,
    )
  const connections = countOf(flags)
  const token = await tokenOf(flags)
  const trust = await trustOf(flags, servers)

  disablePretenuring()
  using _ = stayAlive()
  const clock = systemClock()
  const lines = eventLines(clock)
  const log = openLog({
    lines,
    clock,
    colors: flags.colors && hasColors('stderr'),
    rules: { level: flags.logLevel, format: 'json' },
  })
  const faults = watchFaults(log)
  const { promise: stopped, resolve: stop } = Promise.withResolvers<string>()
  const agent = startAgent({
    clock,
    random: systemRandom(),
    log,
    servers,
    credentials: { agentId: flags.id, token, name: flags.name ?? '' },
    trust,
    list: allow.list,
    connections,
    version: currentVersion().version,
  })
  listenToSignals({
    reload: () => agent.hurry(),
    stop,
    endNow: code => void lines.close(FAREWELL / 10).then(() => process.exit(code)),
  })
  faults.survive()
  log.info('agent/leaving', { signal: await stopped })
  await agent.leave(DRAIN)
  await lines.close(FAREWELL)
  return EXIT.yes
}
