// Holds our request reader against Node's server over the same bytes. Both parse; neither answers.
import { CHUNKED } from '../../../src/wire/h1/framing.ts'
import { cutAt, type ReadRequest, type RequestLog, readRequests } from '../../support/wire-log.ts'
import { type Difference, REQUEST_DIFFERENCES } from './differences.ts'
import type { NodeRequest, NodeServer, NodeServerLog } from './node-server.ts'

/** Brings an unfinished head to an end, so that a reader that waits for one has to say what it thinks. */
export function endOfHead(text: string): string {
  if (text.endsWith('\r\n\r')) return '\n'
  if (text.endsWith('\r')) return '\n\r\n'
  return text.endsWith('\r\n') ? '\r\n' : '\r\n\r\n'
}

export interface Comparison {
  /** What the two disagree about; undefined when they agree or the table of differences explains it. */
  readonly disagreement: string | undefined
  /** Messages that both read to their end, and found equal. */
  readonly agreed: number
  readonly nodeRefused: boolean
  /** The row of the table that explains why only Node refuses. */
  readonly difference?: string
}

export function compareRequests(server: NodeServer, text: string, cuts: readonly number[]): Comparison {
  const pieces = cutAt(text, cuts)
  const node = server.read(Buffer.from(text, 'latin1'))
  let ours = readRequests(pieces)
  if (node.refusal !== undefined && ours.refusal === undefined && waitsForLines(ours)) {
    ours = readRequests([...pieces, endOfHead(text)])
  }
  let agreed = 0
  for (;;) {
    const found = compareOne(node, ours, agreed)
    if (typeof found === 'object')
      return { disagreement: undefined, agreed, nodeRefused: true, difference: found.code }
    if (found !== 'same') return { disagreement: found, agreed, nodeRefused: node.refusal !== undefined }
    agreed++
    // Node reads nothing behind a request that asks for another protocol, even when nobody there speaks one.
    if (asksForUpgrade(ours.requests[agreed - 1]))
      return { disagreement: undefined, agreed, nodeRefused: false }
  }
}

/** In a head, or in chunks and so perhaps in trailers: we read such lines when all of them are there, Node as they come. */
function waitsForLines(ours: RequestLog): boolean {
  const last = ours.requests.at(-1)
  return ours.isInHead || (last?.end === undefined && last?.framing === CHUNKED)
}

type Found = string | Difference<ReadRequest> | undefined

/** `same` to go on with the next message, undefined when there is nothing more to compare. */
function compareOne(node: NodeServerLog, ours: RequestLog, index: number): Found {
  const theirs = node.requests[index]
  const our = ours.requests[index]
  const previous = ours.requests[index - 1]
  if (theirs === undefined && node.refusal === 'HPE_CLOSED_CONNECTION') {
    return previous?.isPersistent === false
      ? undefined
      : 'Node thinks that the connection ends here, we do not'
  }
  if (theirs === undefined || !(theirs.isComplete || node.refusal === undefined)) {
    if (node.refusal === undefined)
      return our === undefined ? undefined : 'we read a request that Node does not see'
    if (isRefused(ours, our)) return undefined
    return explain(node.refusal, our ?? previous) ?? `Node refuses with ${node.refusal}, we accept`
  }
  if (our === undefined)
    return ours.refusal === undefined ? 'Node reads a request that we do not see' : undefined
  return compareBoth(theirs, our, ours)
}

function asksForUpgrade(request: ReadRequest | undefined): boolean {
  const names = request?.fields.map(([name]) => name.toLowerCase()) ?? []
  return names.includes('upgrade') && names.includes('connection')
}

/** Whether we refused at this message or inside it. */
function isRefused(ours: RequestLog, our: ReadRequest | undefined): boolean {
  return ours.refusal !== undefined && (our === undefined || our.end === undefined)
}

function explain(code: string, request: ReadRequest | undefined): Difference<ReadRequest> | undefined {
  return request && REQUEST_DIFFERENCES.find(known => known.code === code && known.applies(request))
}

function compareBoth(theirs: NodeRequest, our: ReadRequest, ours: RequestLog): string | undefined {
  if (theirs.method !== our.method || theirs.target !== our.target) return 'the request lines differ'
  if (!sameList(theirs.fields, our.fields.flat())) return 'the fields differ'
  if (!theirs.isPersistent && our.isPersistent) return 'Node would close the connection, we would keep it'
  if (our.end === undefined && ours.refusal !== undefined) {
    return theirs.body.startsWith(our.body) ? undefined : 'the bodies differ before our refusal'
  }
  if (theirs.body !== our.body) return 'the bodies differ'
  if (theirs.isComplete !== (our.end !== undefined)) return 'one of us sees the end of the message'
  if (our.end === undefined) return undefined
  return sameList(theirs.trailers, (our.trailers ?? []).flat()) ? 'same' : 'the trailers differ'
}

export function sameList(one: readonly string[], other: readonly string[]): boolean {
  return one.length === other.length && one.every((text, index) => text === other[index])
}
