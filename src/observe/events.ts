// Every event that the log can tell, with what it means. A name never changes its meaning.
// Numbers and words of one occurrence are its fields; a sentence never has holes.

export const EVENTS = {
  'server/started': 'The first configuration is live and every listener accepts.',
  'server/draining': 'A signal asked to stop: nothing new is accepted, work in flight may finish.',
  'server/stopped': 'Everything is closed; the process ends.',
  'server/failed': 'The server could not start.',
  'config/applied': 'A configuration became live.',
  'config/unchanged': 'The file was read again and means what already runs.',
  'config/rejected': 'The file can not be used; what ran before goes on.',
  'config/watch-failed': 'File events are not to be had for a path; the poll still looks.',
  'certificate/loaded': 'A certificate is shown to visitors from now on.',
  'state/not-kept': 'Something could not be kept on disk; it is forgotten when the process ends.',
  'tls/handshake-failed':
    'A visitor spoke no TLS, not ours, not in time, or had no certificate that we trust.',
  'listener/opened': 'A listener accepts connections.',
  'listener/draining': 'A listener accepts nothing new; its work may finish.',
  'listener/closed': 'A listener is gone.',
  'listener/failed': 'The system took a listening socket away or refuses to accept.',
  'management/opened': 'Operators and their commands are answered at an address.',
  'management/no-socket': 'Commands on this machine can not reach the server by its socket; it serves.',
  'target/unhealthy': 'Probes of a target fail: no new request goes there.',
  'target/healthy': 'Probes of a target are good.',
  'target/cooling': 'Requests to a target fail: no new one goes there for a while.',
  'target/recovered': 'The cool-down of a target is over.',
  'dns/failed': 'The name of an origin could not be looked up; what was known of it goes on being used.',
  'dns/recovered': 'The name of an origin can be looked up again.',
  'dns/changed': 'The name of an origin has other addresses, none of those before.',
  'tunnel/connected': 'An agent has a tunnel to this server.',
  'tunnel/disconnected': 'A tunnel of an agent is over.',
  'tunnel/refused': 'Somebody asked for a tunnel with wrong credentials.',
  'tunnel/legacy-agent': 'An agent from before this protocol asked for a WebSocket; it has to be updated.',
  'agent/connected': 'This agent has a tunnel to a server.',
  'agent/not-connected': 'A server could not be reached, or lets this agent not in; it is tried again.',
  'agent/disconnected': 'The tunnel to a server is over; it is tried again.',
  'agent/cut-regularly':
    'Three tunnels in a row were cut at the same age: a proxy in between may close connections after that time. Idle ones it has to keep for longer than pings are apart (20 s).',
  'agent/dialed': 'A server asked for a connection and has it.',
  'agent/not-dialed':
    'A server asked for a connection that could not be made, or that this agent may not make.',
  'agent/leaving': 'A signal asked to stop: no new connections, those under way may come to their end.',
  'proxy-protocol/refused': 'A connection was closed for its PROXY header, or for having none.',
  'access/dropped': 'Access records were thrown away because their reader is too slow or gone.',
  'demo/started': 'The demo origin accepts connections.',
  'internal/error': 'A mistake of this program; it goes on serving.',
} as const satisfies Readonly<Record<string, string>>

export type EventName = keyof typeof EVENTS
