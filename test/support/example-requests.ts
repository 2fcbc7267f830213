// Requests that stand in the comments of an example, with what becomes of them, so that an example can't say what isn't so.
//
//   #? GET http://app.example.com/api?x=1 -H "Cookie: a=b" --from 192.0.2.1 --listener web -> route app-api, target orders-1
//   #? with /routes/maintenance/enabled true: GET http://app.example.com/ -> route maintenance, status 503
//   #? env PORT=8080
//
// Left of the arrow stands what one would type after `p2pstream explain`; `--from unix` is a peer on a unix socket. Right of it,
// in any order: route, target, status, location, reason, path (what the origin is asked for), host (the origin's Host),
// client. `with` changes values of the file first, pointer by pointer; `env` sets a variable for the whole file.
import type { Pointer } from '../../src/base/pointer.ts'
import type { Explanation } from '../../src/engine/explanation.ts'
import type { MadeUpRequest } from '../../src/engine/made-up.ts'

export interface ExampleRequest {
  /** As written, for the name of a test. */
  readonly text: string
  readonly changes: readonly { readonly at: Pointer; readonly value: unknown }[]
  readonly request: MadeUpRequest
  readonly listener: string | undefined
  readonly expected: Readonly<Partial<Record<Expectation, string>>>
}

export interface ExampleComments {
  readonly environment: Readonly<Record<string, string>>
  readonly requests: readonly ExampleRequest[]
}

const EXPECTATIONS = ['route', 'target', 'status', 'location', 'reason', 'path', 'host', 'client'] as const
type Expectation = (typeof EXPECTATIONS)[number]

const COMMENT = /^[ \t]*#\?[ \t]*(.*?)[ \t]*$/gm
const ENV = /^env ([A-Za-z_]\w*)=(.*)$/
const REQUEST = /^(?:with (.+?): )?(.+?) -> (.+)$/
const WORD = /"([^"]*)"|'([^']*)'|(\S+)/g

/** Every `#?` line of a text; throws on one that it doesn't understand. */
export function readExampleComments(text: string): ExampleComments {
  const lines = [...text.matchAll(COMMENT)].map(found => found[1] ?? '')
  const variables = lines.map(line => ENV.exec(line)).filter(found => found !== null)
  return {
    environment: Object.fromEntries(variables.map(([, name = '', value = '']) => [name, value])),
    requests: lines.filter(line => !ENV.test(line)).map(readRequest),
  }
}

function readRequest(line: string): ExampleRequest {
  const [, changes = '', asked, outcome] = REQUEST.exec(line) ?? []
  if (asked === undefined || outcome === undefined) throw new Error(`not a request and its outcome: ${line}`)
  return {
    text: line,
    changes: readChanges(wordsOf(changes)),
    ...readAsked(wordsOf(asked)),
    expected: readExpected(outcome),
  }
}

function wordsOf(text: string): string[] {
  return [...text.matchAll(WORD)].map(found => found[1] ?? found[2] ?? found[3] ?? '')
}

function readChanges(words: readonly string[]): ExampleRequest['changes'] {
  const pairs = Array.from({ length: words.length / 2 }, (_, pair) => words.slice(2 * pair, 2 * pair + 2))
  return pairs.map(([at = '', value = '']) => ({ at, value: JSON.parse(value) }))
}

function readAsked([method = '', url = '', ...flags]: readonly string[]): Pick<
  ExampleRequest,
  'request' | 'listener'
> {
  const fields: [string, string][] = []
  let from = '127.0.0.1'
  let listener: string | undefined
  for (let at = 0; at < flags.length; at += 2) {
    const value = flags[at + 1] ?? ''
    const colon = value.indexOf(':')
    if (flags[at] === '-H') fields.push([value.slice(0, colon), value.slice(colon + 1).trim()])
    else if (flags[at] === '--from') from = value === 'unix' ? '' : value
    else if (flags[at] === '--listener') listener = value
    else throw new Error(`unknown flag ${flags[at]}`)
  }
  return { request: { method, url, fields, from }, listener }
}

function readExpected(text: string): ExampleRequest['expected'] {
  const parts = text.split(', ').map(part => {
    const [word = '', ...value] = part.split(' ')
    if (!EXPECTATIONS.some(known => known === word) || value.length !== 1)
      throw new Error(`not an outcome: ${part}`)
    return [word, value[0] ?? '']
  })
  return Object.fromEntries(parts)
}

/** What an explanation says to the words of an expectation; words that it has no answer to are absent. */
export function outcomeOf(
  explanation: Explanation,
  words: readonly string[],
): Readonly<Record<string, string | undefined>> {
  if (explanation.kind === 'no_listener') return { reason: explanation.why }
  const { outcome, route, facts } = explanation
  const all: Readonly<Record<Expectation, string | undefined>> = {
    route: route?.id,
    target: 'target' in outcome ? outcome.target : undefined,
    status: 'status' in outcome ? String(outcome.status) : undefined,
    location: outcome.kind === 'redirect' ? outcome.location : undefined,
    reason: outcome.kind === 'refusal' ? outcome.code : undefined,
    path: outcome.kind === 'forward' ? outcome.requestTarget : undefined,
    host: outcome.kind === 'forward' ? outcome.hostField : undefined,
    client: facts?.client,
  }
  return Object.fromEntries(EXPECTATIONS.filter(word => words.includes(word)).map(word => [word, all[word]]))
}
