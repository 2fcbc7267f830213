// What somebody who made an agent does next, ready to be pasted: the entry of the file, and three ways to run the agent.

export interface NewAgent {
  readonly id: string
  readonly tokenHash: string
  readonly labels: ReadonlyMap<string, string>
  /** Where the agent connects to. */
  readonly server: URL
  /** Whether the server signs its certificate itself. */
  readonly isOwnAuthority: boolean
}

const LAUNCHER = '/opt/p2pstream/src/launch.js'
const TOKEN_FILE = '/etc/p2pstream/agent.token'
const CA_FILE = '/etc/p2pstream/management-ca.pem'

const PLAIN_WORD = /^(?!(?:true|false|null|yes|no|on|off|y|n)$)[a-z][\w./-]*$/i

/** As YAML reads it as text. */
const word = (text: string): string => (PLAIN_WORD.test(text) ? text : JSON.stringify(text))

const urlOf = ({ server }: NewAgent): string => server.href.replace(/\/$/, '')

/** The agent as `agents:` has it. */
export function agentEntry({ id, tokenHash, labels }: NewAgent): string {
  const pairs = [...labels].map(([key, value]) => `${word(key)}: ${word(value)}`).join(', ')
  const entry = `agents:\n  ${word(id)}:\n    token_hash: "${tokenHash}"\n`
  return pairs === '' ? entry : `${entry}    labels: { ${pairs} }\n`
}

function flagsOf(agent: NewAgent, tokenFile: string, caFile: string): string {
  return [
    `--management-url ${urlOf(agent)} --agent-id ${agent.id} --agent-token-file ${tokenFile}`,
    ...(agent.isOwnAuthority ? [`--management-ca-file ${caFile}`] : []),
    ...(agent.server.protocol === 'http:' ? ['--allow-insecure-management'] : []),
  ].join(' ')
}

/** One line for a shell. */
export function agentCommand(agent: NewAgent): string {
  return `p2pstream agent ${flagsOf(agent, TOKEN_FILE, CA_FILE)}\n`
}

/** A unit of systemd; files that only root can read reach the agent as credentials. */
export function agentUnit(agent: NewAgent): string {
  const inUnit = { ...agent, server: new URL(agent.server.href.replaceAll('%', '%%')) }
  const ca = agent.isOwnAuthority ? `LoadCredential=ca:${CA_FILE}\n` : ''
  return `[Unit]
Description=p2pstream agent ${agent.id}
After=network-online.target
Wants=network-online.target

[Service]
ExecStart=/usr/bin/node ${LAUNCHER} agent ${flagsOf(inUnit, '%d/token', '%d/ca')}
LoadCredential=token:${TOKEN_FILE}
${ca}DynamicUser=yes
Restart=always
RestartSec=5s
TimeoutStopSec=45s

[Install]
WantedBy=multi-user.target
`
}

/** A service of compose, with p2pstream's folder beside the file. */
export function agentCompose(agent: NewAgent): string {
  const { isOwnAuthority: isOwn, server } = agent
  return `services:
  agent:
    image: node:24-slim
    command: [node, /opt/p2pstream/src/launch.js, agent]
    volumes: ["./p2pstream:/opt/p2pstream:ro"]
    environment:
      MANAGEMENT_URL: ${JSON.stringify(urlOf(agent))}
      AGENT_ID: ${JSON.stringify(agent.id)}
      AGENT_TOKEN_FILE: /run/secrets/token
${isOwn ? '      MANAGEMENT_CA_FILE: /run/secrets/ca\n' : ''}${server.protocol === 'http:' ? '      AGENT_ALLOW_INSECURE_MANAGEMENT: "true"\n' : ''}    secrets: [token${isOwn ? ', ca' : ''}]
    restart: unless-stopped
secrets:
  token: { file: ./agent.token }
${isOwn ? '  ca: { file: ./management-ca.pem }\n' : ''}`
}

/** All of it, with the words between. */
export function agentNotes(agent: NewAgent): string {
  const ca = agent.isOwnAuthority
    ? `, and ${CA_FILE}, which is management/ca.pem of the server's state folder`
    : ''
  return `The token is shown once. In the file the agent is known by its hash:

${agentEntry(agent)}
Where the agent runs, put the token into ${TOKEN_FILE} (mode 0600)${ca}. Then start it by hand,

${agentCommand(agent)}
with systemd,

${agentUnit(agent)}
or with compose, the ${agent.isOwnAuthority ? 'two files' : 'token'} beside it:

${agentCompose(agent)}
`
}
