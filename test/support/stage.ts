// The scene of most tests: the program on one port, one scriptable origin behind its default route.
import { type Origin, startOrigin } from './origin.ts'
import { freePort } from './ports.ts'
import { type Asked, askOn, type Dial, type Reply, type Visitor, visit } from './raw.ts'
import { shakeHands } from './tls-visitor.ts'
import { type Setting, startWorld, type World } from './world.ts'

export interface Play {
  /** The listener speaks TLS, and so do the stage's visitors. */
  readonly isSecure?: boolean
  /** YAML of more keys of the listener, the default route, its one target; each text is a flow mapping's inside. */
  readonly listener?: string
  readonly route?: string
  readonly target?: string
  /** YAML of more top-level keys. */
  readonly top?: string
  /** YAML of more routes, indented by two spaces. */
  readonly routes?: string
}

export interface Stage extends AsyncDisposable {
  readonly world: World
  readonly origin: Origin
  readonly port: number
  /** The text of the file, with another play for the same ports. */
  config(play?: Play): string
  ask(target: string, how?: Omit<Asked, 'port'>): Promise<Reply>
  /** From an address of its own in the clear only. */
  visit(from?: string): Promise<Visitor>
}

function block(indent: string, text: string | undefined): string {
  return text === undefined ? '' : text.replace(/^(?=.)/gm, indent)
}

/** A file with one listener and one default route to one origin. */
export function plainConfig(port: number, originUrl: string, play: Play = {}): string {
  return `version: 1
${play.top ?? ''}
${play.isSecure === true ? 'certificates: { stage: { hosts: [example.test], self_signed: {} } }' : ''}
listeners:
  web:
    protocol: ${play.isSecure === true ? 'https' : 'http'}
    bind: 127.0.0.1
    port: ${port}
${block('    ', play.listener)}
routes:
  all:
    listener: web
    default: true
${block('    ', play.route)}
    forward:
      targets:
        - url: ${originUrl}
${block('          ', play.target)}
${block('  ', play.routes)}
`
}

/** Starts both; `setting` adds files, environment and further ports to wait for. */
export async function startStage(
  play: Play | ((originPort: number) => Play) = {},
  setting: Partial<Setting> = {},
): Promise<Stage> {
  const port = await freePort()
  const origin = await startOrigin()
  const first = typeof play === 'function' ? play(origin.port) : play
  const { isSecure = false } = first
  const config = (other: Play = first): string =>
    plainConfig(port, `http://127.0.0.1:${origin.port}`, { isSecure, ...other })
  const world = await startWorld({ config: config(), ready: [port], ...setting })
  const open = (how: Dial): Promise<Visitor> => (isSecure ? shakeHands(port) : visit({ ...how, port }))
  return {
    world,
    origin,
    port,
    config,
    async ask(target, how = {}) {
      await using visitor = await open(how)
      return await askOn(visitor, target, how)
    },
    visit: from => open(from === undefined ? {} : { from }),
    async [Symbol.asyncDispose]() {
      await world[Symbol.asyncDispose]()
      await origin[Symbol.asyncDispose]()
    },
  }
}
