// Every command: its name, its flags, and what it calls. What is called is loaded then: `version` needs no YAML and no sockets.
import type { Environment } from './environment.ts'
import type { ServerFlags } from './find-server.ts'
import {
  AGENT,
  AGENTS,
  DEMO_PORT,
  EXPLAIN,
  type Flags,
  HEALTHCHECK,
  INIT,
  LIST,
  RELOAD,
  ROUTES,
  RUN,
  STATUS,
  TOKENS,
  USERS,
  VALIDATE,
  VERSION,
} from './flags.ts'
import type { Given } from './given.ts'
import { hasColors } from './print.ts'
import { UsageError } from './usage.ts'

export interface Command {
  /** As the parser wants it: the name, then `<needed>` and `[optional]` arguments. */
  readonly line: string
  readonly alias?: string
  readonly describe: string
  readonly flags: Flags
  /** Resolves with the exit code when everything is printed. */
  call(given: Given, variables: Environment): Promise<number>
}

/** `--demo-origin`, `--demo-origin 9001`. */
function demoPort(text: string | undefined): number | undefined {
  if (text === undefined) return undefined
  const port = text === '' ? DEMO_PORT : Number(text)
  if (!Number.isInteger(port) || port < 1 || port > 65_535)
    throw new UsageError(`--demo-origin: "${text}" is no port`)
  return port
}

const wantsColors = (given: Given): boolean => !given.isOn('no-color')

const serverFlags = (given: Given): ServerFlags => ({
  server: given.text('server'),
  config: given.text('config'),
  tokenFile: given.text('token-file'),
  caFile: given.text('ca-file'),
})

/** Each action takes the flags that mean something to it. */
async function callAgents(given: Given, variables: Environment): Promise<number> {
  const action = given.text('action') ?? 'list'
  const names = given.list('names')
  const labels = given.list('label')
  const timeout = given.text('timeout')
  if (action !== 'new' && labels.length > 0) throw new UsageError('--label is for agents new')
  if (action !== 'wait' && timeout !== undefined) throw new UsageError('--timeout is for agents wait')
  const [dial, route, target] = [given.text('dial'), given.text('route'), given.text('target')]
  if (action !== 'doctor' && [dial, route, target].some(text => text !== undefined))
    throw new UsageError('--dial, --route and --target are for agents doctor')
  if (action === 'doctor') {
    const { examineAgent } = await import('./agents-doctor.ts')
    const format = given.word<'text' | 'json'>('format')
    return examineAgent({ ...serverFlags(given), names, dial, route, target, format }, variables)
  }
  if (action === 'new') {
    const { makeAgent } = await import('./agents.ts')
    return makeAgent({ ...serverFlags(given), names, labels }, variables)
  }
  if (action === 'wait') {
    const { waitForAgents } = await import('./agents-wait.ts')
    return waitForAgents({ ...serverFlags(given), names, timeout }, variables)
  }
  if (action !== 'list' || names.length > 0)
    throw new UsageError(
      `there is no "agents ${[action, ...names].join(' ')}"; there are agents [list], agents new, agents wait, agents doctor`,
    )
  const { showAgents } = await import('./lists.ts')
  return showAgents({ ...serverFlags(given), format: given.word('format') }, variables)
}

export const COMMANDS: readonly Command[] = [
  {
    line: 'run',
    alias: 'server',
    describe: 'Serve what the file says, and follow its changes',
    flags: RUN,
    async call(given, variables) {
      const logLevel = given.text('log-level') === undefined ? undefined : given.word<'info'>('log-level')
      const demoOrigin = demoPort(given.text('demo-origin'))
      const flags = { config: given.text('config'), logLevel, demoOrigin, colors: wantsColors(given) }
      const { run } = await import('./run.ts')
      return run(flags, variables)
    },
  },
  {
    line: 'validate',
    describe: 'Find every mistake in the file; opens no port, needs no secret, writes nothing',
    flags: VALIDATE,
    async call(given, variables) {
      const { validate } = await import('./validate.ts')
      return validate(
        {
          config: given.text('config'),
          format: given.word('format'),
          failOn: given.word('fail-on'),
          requireSecrets: given.isOn('require-secrets'),
          colors: wantsColors(given) && hasColors('stdout'),
        },
        variables,
      )
    },
  },
  {
    line: 'explain <method> <url>',
    describe: 'Tell what would happen to one request: every candidate route with its reason and its place',
    flags: EXPLAIN,
    async call(given, variables) {
      const { explainRequest } = await import('./explain.ts')
      return explainRequest(
        {
          ...serverFlags(given),
          live: given.isOn('live'),
          method: given.text('method') ?? '',
          url: given.text('url') ?? '',
          headers: given.list('header'),
          from: given.text('from'),
          listener: given.text('listener'),
          format: given.word('format'),
          colors: wantsColors(given) && hasColors('stderr'),
        },
        variables,
      )
    },
  },
  {
    line: 'status',
    describe: 'Tell how a running server is doing',
    flags: STATUS,
    async call(given, variables) {
      const { showStatus } = await import('./status.ts')
      return showStatus({ ...serverFlags(given), format: given.word('format') }, variables)
    },
  },
  {
    line: 'reload',
    describe: 'Have a running server read its file now',
    flags: RELOAD,
    async call(given, variables) {
      const { reload } = await import('./reload.ts')
      return reload(
        {
          ...serverFlags(given),
          wait: given.isOn('wait'),
          format: given.word('format'),
          colors: wantsColors(given) && hasColors('stdout'),
        },
        variables,
      )
    },
  },
  {
    line: 'routes',
    describe: "List a running server's routes in the order they are tried, and where they lead",
    flags: ROUTES,
    async call(given, variables) {
      const { showRoutes } = await import('./lists.ts')
      const flags = { ...serverFlags(given), format: given.word<'text'>('format') }
      return showRoutes({ ...flags, listener: given.text('listener') }, variables)
    },
  },
  {
    line: 'upstreams',
    describe: "List a running server's pools",
    flags: LIST,
    async call(given, variables) {
      const { showUpstreams } = await import('./lists.ts')
      return showUpstreams({ ...serverFlags(given), format: given.word('format') }, variables)
    },
  },
  {
    line: 'targets [upstream]',
    describe: "List a running server's targets: available or why not, and what they are busy with",
    flags: LIST,
    async call(given, variables) {
      const { showTargets } = await import('./lists.ts')
      const flags = { ...serverFlags(given), format: given.word<'text'>('format') }
      return showTargets({ ...flags, upstream: given.text('upstream') }, variables)
    },
  },
  {
    line: 'healthcheck',
    describe: 'Tell by the exit code whether a running server answers, for containers',
    flags: HEALTHCHECK,
    async call(given, variables) {
      const { healthcheck } = await import('./healthcheck.ts')
      return healthcheck({ ...serverFlags(given), ready: given.isOn('ready') }, variables)
    },
  },
  {
    line: 'tokens <action> <id>',
    describe: 'tokens new ID: make a token for the management address, and the hash for the file',
    flags: TOKENS,
    async call(given) {
      const { makeToken } = await import('./tokens.ts')
      const action = given.text('action') ?? ''
      return makeToken({ action, id: given.text('id') ?? '', scopes: given.list('scope') })
    },
  },
  {
    line: 'users <action> <id>',
    describe:
      'users new ID: make a password for reading at the management address, and the hash for the file',
    flags: USERS,
    async call(given) {
      const { makeUser } = await import('./users.ts')
      const isGiven = given.isOn('password-stdin')
      return makeUser({ action: given.text('action') ?? '', id: given.text('id') ?? '', isGiven })
    },
  },
  {
    line: 'agents [action] [names..]',
    describe:
      'agents: list them; agents new ID: make one, its token, the hash for the file, and how to run it; agents wait NAME...: until they are connected; agents doctor NAME: how far away it is, how much passes, and what it reaches',
    flags: AGENTS,
    call: callAgents,
  },
  {
    line: 'agent',
    describe: 'Stay connected to servers and open the connections that they ask for, from a private network',
    flags: AGENT,
    async call(given, variables) {
      const { runAgent } = await import('./agent.ts')
      return runAgent(
        {
          servers: given.list('management-url'),
          id: given.text('agent-id'),
          name: given.text('agent-name'),
          token: given.text('agent-token'),
          tokenFile: given.text('agent-token-file'),
          caFile: given.text('management-ca-file'),
          caPemBase64: given.text('management-ca-pem-base64'),
          certFile: given.text('tls-cert-file'),
          keyFile: given.text('tls-key-file'),
          isInsecureAllowed: given.isOn('allow-insecure-management'),
          targets: given.list('allow-target'),
          connections: given.text('connections'),
          logLevel: given.word('log-level'),
          colors: wantsColors(given),
        },
        variables,
      )
    },
  },
  {
    line: 'init [file]',
    describe: 'Write a first p2pstream.yaml',
    flags: INIT,
    async call(given) {
      const { writeStarter } = await import('./init.ts')
      return writeStarter({ file: given.text('file') ?? 'p2pstream.yaml', force: given.isOn('force') })
    },
  },
  {
    line: 'schema',
    describe: 'Print the JSON Schema of the file, for editors',
    flags: {},
    call: async () => (await import('./schema.ts')).printSchema(),
  },
  {
    line: 'version',
    describe: 'Print the version',
    flags: VERSION,
    call: async given => (await import('./version.ts')).printVersion({ format: given.word('format') }),
  },
]
