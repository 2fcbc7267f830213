// Holds our response reader against Node's client over the same bytes, and finds the byte at which each ends the message.
import { CHUNKED } from '../../../src/wire/h1/framing.ts'
import { cutAt, type ResponseLog, readResponse } from '../../support/wire-log.ts'
import { type Comparison, endOfHead, sameList } from './compare-requests.ts'
import { RESPONSE_DIFFERENCES } from './differences.ts'
import type { GeneratedResponse } from './generate.ts'
import type { NodeExchange } from './node-client.ts'

/** `node` waits for the response to the same method; it is used up. */
export function compareResponses(node: NodeExchange, generated: GeneratedResponse): Comparison {
  const { text, method, closes } = generated
  const pieces = cutAt(text, generated.cuts)
  let ours = readResponse(method, pieces, closes)
  const end = ours.response?.end ?? ours.upgradedAt
  const isEndedByClose = end === text.length && closes && ours.response?.framing === -2
  if (end !== undefined && !isEndedByClose) return compareEnds(node, ours, end, text)
  node.feed(Buffer.from(text, 'latin1'))
  const wasEarly = node.response?.isComplete === true && !isEndedByClose
  const { refusal } = node
  if (closes) node.close()
  if (refusal !== undefined && ours.refusal === undefined && waitsForLines(ours)) {
    ours = readResponse(method, [...pieces, endOfHead(text)], closes)
  }
  if (ours.refusal !== undefined) return verdict(node, undefined, refusal)
  if (refusal !== undefined) return explained(node, text, refusal)
  if (wasEarly) return verdict(node, 'Node ends a message that we wait for', refusal)
  return verdict(node, compareParts(node, ours), refusal, isEndedByClose)
}

/** Ours ended at a byte of the text: one byte less must not be enough for Node, that byte must. */
function compareEnds(node: NodeExchange, ours: ResponseLog, end: number, text: string): Comparison {
  node.feed(Buffer.from(text.slice(0, end - 1), 'latin1'))
  const wasEarly = node.response?.isComplete === true || node.isUpgraded
  node.feed(Buffer.from(text.slice(end - 1, end), 'latin1'))
  const { refusal } = node
  if (refusal !== undefined) return explained(node, text, refusal)
  if (wasEarly) return verdict(node, 'Node ends the message at an earlier byte', refusal)
  if (ours.upgradedAt !== undefined) {
    const isSeen = node.isUpgraded || node.response?.status === 101
    return verdict(node, isSeen ? undefined : 'Node does not see the 101', refusal, isSeen)
  }
  if (node.response?.isComplete !== true)
    return verdict(node, 'Node ends the message at a later byte', refusal)
  const difference = compareParts(node, ours)
  return verdict(node, difference, refusal, difference === undefined)
}

function compareParts(node: NodeExchange, ours: ResponseLog): string | undefined {
  if (node.interims.join() !== ours.interims.join()) return 'the interim responses differ'
  const theirs = node.response
  const our = ours.response
  if (theirs === undefined || our === undefined) {
    return theirs === undefined && our === undefined ? undefined : 'only one of us reads a response'
  }
  if (theirs.status !== our.status || theirs.reason !== our.reason) return 'the status lines differ'
  if (!sameList(theirs.fields, our.fields.flat())) return 'the fields differ'
  if (theirs.body !== our.body) return 'the bodies differ'
  if (theirs.isComplete !== (our.end !== undefined)) return 'one of us sees the end of the message'
  if (our.end === undefined) return undefined
  return sameList(theirs.trailers, (our.trailers ?? []).flat()) ? undefined : 'the trailers differ'
}

function waitsForLines(ours: ResponseLog): boolean {
  return ours.isInHead || (ours.response?.end === undefined && ours.response?.framing === CHUNKED)
}

function explained(node: NodeExchange, text: string, refusal: string): Comparison {
  const known = RESPONSE_DIFFERENCES.find(one => one.code === refusal && one.applies(text))
  if (known === undefined) return verdict(node, `Node refuses with ${refusal}, we accept`, refusal)
  return { ...verdict(node, undefined, refusal), difference: known.code }
}

function verdict(
  node: NodeExchange,
  disagreement: string | undefined,
  refusal: string | undefined,
  isAgreed = false,
): Comparison {
  node.drop()
  return { disagreement, agreed: isAgreed ? 1 : 0, nodeRefused: refusal !== undefined }
}
