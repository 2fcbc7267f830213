// Headers that contradict each other, or that something else decides.
import { type Pointer, pointer, step } from '../../base/pointer.ts'
import type { Findings } from '../findings.ts'
import type { HeaderEdits, HeaderValues } from '../shape.gen.ts'
import type { Rule } from './draft.ts'

/** The same header twice. */
export function checkRepeats(values: HeaderValues, at: Pointer, findings: Findings): void {
  const seen = new Map<string, string>()
  for (const name of Object.keys(values)) {
    const first = seen.get(name.toLowerCase())
    if (first === undefined) seen.set(name.toLowerCase(), name)
    else
      findings.key('header/repeated', step(at, name), `"${name}" and "${first}" are the same header`, {
        related: [{ at: step(at, first), on: 'key', message: 'the other one is here' }],
        help: 'write a list of values',
      })
  }
}

function checkEdits({ set, add }: HeaderEdits, at: Pointer, findings: Findings): void {
  checkRepeats(set, step(at, 'set'), findings)
  checkRepeats(add, step(at, 'add'), findings)
}

/** Whether nothing is edited, as on nearly every route of a large file. */
function isIdle({ set, add, remove }: HeaderEdits): boolean {
  return remove.length === 0 && Object.keys(set).length === 0 && Object.keys(add).length === 0
}

/** Where a name stands in edits. */
function writersOf({ set, add }: HeaderEdits, at: Pointer, wanted: string): readonly Pointer[] {
  const inside = (values: HeaderValues, key: string): readonly Pointer[] =>
    Object.keys(values)
      .filter(name => name.toLowerCase() === wanted)
      .map(name => step(step(at, key), name))
  return [...inside(set, 'set'), ...inside(add, 'add')]
}

function checkRequest(edits: HeaderEdits, at: Pointer, findings: Findings): void {
  checkEdits(edits, at, findings)
  const help =
    'preserve_host: true sends the name that the visitor asked for, otherwise it is the name in the url'
  for (const place of writersOf(edits, at, 'host'))
    findings.key('header/forbidden', place, 'Host is not a header to write', { help })
  for (const [index, name] of edits.remove.entries())
    if (name.toLowerCase() === 'host')
      findings.value('header/forbidden', step(step(at, 'remove'), index), 'every request has a Host', {
        help,
      })
}

/** Every map of headers. */
export const headerRule: Rule = (draft, findings) => {
  for (const [id, route] of Object.entries(draft.config.routes)) {
    const { request_headers: request, response_headers: response } = route
    if (!isIdle(request)) checkRequest(request, pointer('routes', id, 'request_headers'), findings)
    if (!isIdle(response)) checkEdits(response, pointer('routes', id, 'response_headers'), findings)
  }
  for (const { target, at } of draft.targets) {
    if (!isIdle(target.request_headers))
      checkRequest(target.request_headers, step(at, 'request_headers'), findings)
    if (target.static !== undefined)
      checkRepeats(target.static.headers, step(step(at, 'static'), 'headers'), findings)
    if (target.basic_auth === undefined) continue
    for (const place of writersOf(target.request_headers, step(at, 'request_headers'), 'authorization'))
      findings.key('header/authorization', place, 'basic_auth writes Authorization too', {
        related: [{ at: step(at, 'basic_auth'), on: 'key', message: 'basic_auth is here' }],
      })
  }
}
