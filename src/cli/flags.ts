// Every flag of every command, as data.

export interface Flag {
  readonly type: 'string' | 'boolean' | 'array'
  readonly alias?: string
  readonly describe: string
  readonly choices?: readonly string[]
  readonly default?: string | boolean
  /** Whether a value must follow; a switch has none. */
  readonly requiresArg?: boolean
}

export type Flags = Readonly<Record<string, Flag>>

const CONFIG: Flag = {
  type: 'string',
  alias: 'c',
  requiresArg: true,
  describe:
    'File, folder that holds p2pstream.yaml, or - for stdin [./p2pstream.yaml, /etc/p2pstream/p2pstream.yaml]',
}
const format = (...choices: readonly string[]): Flag => ({
  type: 'string',
  requiresArg: true,
  choices,
  default: 'text',
  describe: 'How the result is shown',
})

/** Where the demo origin listens unless told otherwise; `p2pstream.example.yaml` names it. */
export const DEMO_PORT = 9000

export const EVERYWHERE: Flags = {
  'no-color': { type: 'boolean', describe: 'No colours (also NO_COLOR)' },
}

export const RUN: Flags = {
  config: CONFIG,
  'log-level': {
    type: 'string',
    requiresArg: true,
    choices: ['trace', 'debug', 'info', 'warn', 'error'],
    describe: "Goes before the file's logging.level",
  },
  'demo-origin': {
    type: 'string',
    describe: `Also starts an origin to try things with on 127.0.0.1, port ${DEMO_PORT} or the one given: /hello, /sse, /ws, anything else shows the request`,
  },
}

export const VALIDATE: Flags = {
  config: CONFIG,
  format: format('text', 'json', 'github'),
  'fail-on': {
    type: 'string',
    requiresArg: true,
    choices: ['error', 'warning'],
    default: 'error',
    describe: 'The least that makes the exit code 1',
  },
  'require-secrets': {
    type: 'boolean',
    describe: 'A variable, a file or a key that is named and missing is an error, as it is for run',
  },
}

/** Which running server a command is for. */
const SERVER: Flags = {
  config: {
    ...CONFIG,
    describe: 'The file that the server runs [./p2pstream.yaml, /etc/p2pstream/p2pstream.yaml]',
  },
  server: {
    type: 'string',
    requiresArg: true,
    describe: 'The server itself, unix:PATH or a URL [the socket of the server that runs the file]',
  },
  'token-file': {
    type: 'string',
    requiresArg: true,
    describe: 'A file with the token for a URL [$P2PSTREAM_TOKEN]',
  },
  'ca-file': {
    type: 'string',
    requiresArg: true,
    describe: "Certificates (PEM) of those who may sign the server's",
  },
}

export const EXPLAIN: Flags = {
  ...SERVER,
  config: CONFIG,
  live: { type: 'boolean', describe: 'Asks the running server: by what it runs, and how its targets are' },
  header: {
    type: 'array',
    alias: 'H',
    requiresArg: true,
    describe: "A field of the request, 'Name: value'; may be repeated",
  },
  from: {
    type: 'string',
    requiresArg: true,
    describe: 'The address that the request comes from [127.0.0.1]',
  },
  listener: {
    type: 'string',
    requiresArg: true,
    describe: 'The listener that gets it [the one with the port of the URL]',
  },
  format: format('text', 'json'),
}

export const STATUS: Flags = { ...SERVER, format: format('text', 'json') }

export const ROUTES: Flags = {
  ...SERVER,
  listener: { type: 'string', requiresArg: true, describe: 'Only those of one listener' },
  format: format('text', 'json'),
}

export const LIST: Flags = { ...SERVER, format: format('text', 'json') }

export const RELOAD: Flags = {
  ...SERVER,
  wait: { type: 'boolean', describe: 'Waits until the file is live or refused, and shows what was found' },
  format: format('text', 'json'),
}

export const HEALTHCHECK: Flags = {
  ...SERVER,
  ready: { type: 'boolean', describe: 'Also fails while the server is starting or stopping' },
}

export const TOKENS: Flags = {
  scope: {
    type: 'array',
    requiresArg: true,
    describe: 'What it is good for: read, write, metrics; may be repeated [read]',
  },
}

export const USERS: Flags = {
  'password-stdin': {
    type: 'boolean',
    describe: 'The password is the first line of stdin, instead of a new one',
  },
}

export const AGENTS: Flags = {
  ...SERVER,
  server: {
    type: 'string',
    requiresArg: true,
    describe:
      'The server itself, unix:PATH or a URL; for new, where the agent will find it [as the file says]',
  },
  label: {
    type: 'array',
    requiresArg: true,
    describe: 'For new: KEY=VALUE that agent_selector can ask for; may be repeated',
  },
  timeout: { type: 'string', requiresArg: true, describe: 'For wait: how long at most [60s]' },
  dial: {
    type: 'string',
    requiresArg: true,
    describe: 'For doctor: host:port that the agent is to connect to',
  },
  route: {
    type: 'string',
    requiresArg: true,
    describe: 'For doctor: the route whose target it is to connect to',
  },
  target: { type: 'string', requiresArg: true, describe: 'For doctor: the target of that route' },
  format: { ...format('text', 'json'), describe: 'How the list, or what was found, is printed' },
}

export const INIT: Flags = {
  force: { type: 'boolean', describe: 'Writes over a file that is there' },
}

export const VERSION: Flags = { format: format('text', 'json') }

export const AGENT: Flags = {
  'management-url': {
    type: 'array',
    requiresArg: true,
    describe: 'A server to connect to; may be repeated [$MANAGEMENT_URL]',
  },
  'agent-id': {
    type: 'string',
    requiresArg: true,
    describe: "This agent's id in the server's file [$AGENT_ID]",
  },
  'agent-token-file': {
    type: 'string',
    requiresArg: true,
    describe: 'A file with the token [$AGENT_TOKEN_FILE]',
  },
  'agent-token': {
    type: 'string',
    requiresArg: true,
    describe: 'The token itself, which others on this machine may see [$AGENT_TOKEN]',
  },
  'agent-name': { type: 'string', requiresArg: true, describe: 'Words for people [$AGENT_NAME]' },
  'management-ca-file': {
    type: 'string',
    requiresArg: true,
    describe: "More certificates (PEM) of those who may sign a server's [$MANAGEMENT_CA_FILE]",
  },
  'management-ca-pem-base64': {
    type: 'string',
    requiresArg: true,
    describe: 'The same as one word [$MANAGEMENT_CA_PEM_BASE64]',
  },
  'tls-cert-file': {
    type: 'string',
    requiresArg: true,
    describe: "This agent's own certificate [$AGENT_TLS_CERT_FILE]",
  },
  'tls-key-file': { type: 'string', requiresArg: true, describe: 'and its key [$AGENT_TLS_KEY_FILE]' },
  'allow-insecure-management': {
    type: 'boolean',
    describe: 'Servers may be asked over http [$AGENT_ALLOW_INSECURE_MANAGEMENT]',
  },
  'allow-target': {
    type: 'array',
    requiresArg: true,
    describe:
      'What servers may reach through this agent: a host, an address or a range, with :port, :from-to or nothing behind it; may be repeated [$AGENT_ALLOW_TARGETS, else loopback and private addresses]',
  },
  connections: {
    type: 'string',
    requiresArg: true,
    describe:
      'How many connections each server gets, 1 to 8: several lose less of their speed on a line that loses packets [$TUNNEL_CONNECTIONS, else 1]',
  },
  'log-level': {
    type: 'string',
    requiresArg: true,
    choices: ['trace', 'debug', 'info', 'warn', 'error'],
    default: 'info',
    describe: 'The least that is told',
  },
}
