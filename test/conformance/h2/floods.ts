// Floods over HTTP/2, each named after what it did elsewhere: pieces of bytes without an end that one visitor sends over one connection.
import { FLAG, frame, settingsPayload, uint32 } from '../../support/h2/frames.ts'
import { block, indexed, kept, literal, requestBytes } from '../../support/h2/hpack-write.ts'
import type { Field } from '../../support/incoming.ts'

export interface Flood {
  readonly name: string
  /** MiB that it may make us hold; a hundred answers that nobody reads hold less than one each, as every download does. */
  readonly most?: number
  readonly settings?: Readonly<Record<number, number>>
  /** Reads nothing of what comes back. */
  readonly isDeaf?: boolean
  /** The connection must not outlive it. */
  readonly ends: boolean
  /** Bytes behind the preface; ends when the flood is over. */
  pieces(): Generator<Buffer>
}

const CANCEL = uint32(8)
/** Requests of a flood; more than any burst that is allowed. */
const MANY = 20_000
/** Frames that cost their sender next to nothing. */
const TINY = 100_000

/** Client streams in order. */
function* streams(count: number): Generator<number> {
  for (let stream = 1; stream < 2 * count; stream += 2) yield stream
}

/** So many small pieces in one write. */
function* batched(pieces: Iterable<Buffer>, size = 100): Generator<Buffer> {
  let batch: Buffer[] = []
  for (const piece of pieces) {
    if (batch.push(piece) < size) continue
    yield Buffer.concat(batch)
    batch = []
  }
  yield Buffer.concat(batch)
}

function* repeated(bytes: Buffer, times: number): Generator<Buffer> {
  for (let turn = 0; turn < times; turn++) yield bytes
}

/** A request whose answer never comes, and what makes us give it up. */
function* provoked(
  more: (stream: number) => Buffer,
  fields: readonly Field[] = [],
  ends = true,
): Generator<Buffer> {
  const method = ends ? 'GET' : 'POST'
  for (const stream of streams(MANY)) {
    yield requestBytes(stream, 'http', '/hold', fields, { method, ends })
    yield more(stream)
  }
}

/** HEADERS that say more will come. */
function openHead(stream: number, fieldBlock: Uint8Array): Buffer {
  return frame(1, FLAG.endStream, stream, fieldBlock)
}

const PSEUDO: readonly Field[] = [
  [':method', 'GET'],
  [':scheme', 'http'],
  [':authority', 'a.test'],
  [':path', '/hold'],
]

function* hpackBomb(): Generator<Buffer> {
  // One entry of 4,000 bytes, then a byte for each time that it is meant.
  const entry = kept(['x-bomb', 'b'.repeat(3_900)])
  for (const stream of streams(200)) {
    const first = stream === 1 ? entry : Buffer.alloc(0)
    const fields = Buffer.concat([block(PSEUDO), first, ...repeated(indexed(62), 10_000)])
    yield frame(1, FLAG.endHeaders | FLAG.endStream, stream, fields)
  }
}

function* crumbBomb(): Generator<Buffer> {
  const entry = kept(['cookie', 'a'.repeat(3_900)])
  for (const stream of streams(200)) {
    const first = stream === 1 ? entry : Buffer.alloc(0)
    const fields = Buffer.concat([block(PSEUDO), first, ...repeated(indexed(62), 10_000)])
    yield frame(1, FLAG.endHeaders | FLAG.endStream, stream, fields)
  }
}

/** Empty crumbs: two bytes each where the name is spelled by its index, none of them worth a limit on bytes. */
function* emptyCrumbs(): Generator<Buffer> {
  const crumb = Buffer.from([0x0f, 0x11, 0])
  for (const stream of streams(200))
    yield frame(
      1,
      FLAG.endHeaders | FLAG.endStream,
      stream,
      Buffer.concat([block(PSEUDO), ...repeated(crumb, 5_000)]),
    )
}

function* continuations(payload: Buffer, times: number): Generator<Buffer> {
  yield openHead(1, block(PSEUDO))
  yield* batched(repeated(frame(9, 0, 1, payload), times), 10)
}

function* emptyData(): Generator<Buffer> {
  yield requestBytes(1, 'http', '/hold', [], { method: 'POST', ends: false })
  yield* batched(repeated(frame(0, 0, 1), TINY))
}

function* refusedData(): Generator<Buffer> {
  for (const stream of streams(MANY)) {
    yield requestBytes(stream, 'http', '/hold', [['content-length', '1']], { method: 'POST', ends: false })
    yield frame(0, FLAG.endStream, stream, 'more than one')
  }
}

export const FLOODS: readonly Flood[] = [
  {
    name: 'rapid reset (CVE-2023-44487)',
    ends: true,
    pieces: () => batched(provoked(stream => frame(3, 0, stream, CANCEL))),
  },
  {
    name: 'rapid reset one by one (CVE-2023-44487)',
    ends: true,
    pieces: () =>
      batched(
        provoked(stream => frame(3, 0, stream, CANCEL)),
        2,
      ),
  },
  {
    name: 'MadeYouReset by a window of 0 (CVE-2025-8671)',
    ends: true,
    pieces: () => batched(provoked(stream => frame(8, 0, stream, uint32(0)))),
  },
  {
    name: 'MadeYouReset by a window past its end (CVE-2025-8671)',
    ends: true,
    pieces: () => batched(provoked(stream => frame(8, 0, stream, uint32(0x7fffffff)))),
  },
  {
    name: 'MadeYouReset by DATA past Content-Length (CVE-2025-8671)',
    ends: true,
    pieces: () => batched(refusedData()),
  },
  {
    name: 'MadeYouReset by DATA behind END_STREAM (CVE-2025-8671)',
    ends: true,
    pieces: () => batched(provoked(stream => frame(0, FLAG.endStream, stream, 'late'))),
  },
  {
    name: 'MadeYouReset by HEADERS behind END_STREAM (CVE-2025-8671)',
    ends: true,
    pieces: () => batched(provoked(stream => requestBytes(stream, 'http', '/hold'))),
  },
  {
    name: 'MadeYouReset by PRIORITY of a wrong length (CVE-2025-8671)',
    ends: true,
    pieces: () => batched(provoked(stream => frame(2, 0, stream, 'abcd'))),
  },
  {
    name: 'PRIORITY of a stream on itself (CVE-2025-8671)',
    ends: false,
    pieces: () =>
      batched(
        [...streams(50)].flatMap(stream => [
          requestBytes(stream, 'http', '/hold'),
          frame(2, 0, stream, Buffer.concat([uint32(stream), Buffer.from([0])])),
        ]),
      ),
  },
  {
    name: 'malformed requests',
    ends: true,
    pieces: () =>
      batched(
        (function* () {
          for (const stream of streams(MANY)) yield requestBytes(stream, 'http', '/hold', [['Upper', 'case']])
        })(),
      ),
  },
  {
    name: 'requests past the number of streams',
    ends: false,
    pieces: () =>
      batched(
        (function* () {
          for (const stream of streams(2_000)) yield requestBytes(stream, 'http', '/hold')
        })(),
      ),
  },
  {
    name: 'CONTINUATION without an end (CVE-2024-27316)',
    ends: true,
    pieces: () => continuations(literal(['x-more', 'm'.repeat(16_000)]), 4_000),
  },
  {
    name: 'CONTINUATION of many small fields (CVE-2024-30255)',
    ends: true,
    pieces: () =>
      continuations(block(Array.from({ length: 1_000 }, (_, n) => [`x-${n}`, ''] as const)), 2_000),
  },
  {
    name: 'empty CONTINUATION (CVE-2024-27983)',
    ends: true,
    pieces: () => continuations(Buffer.alloc(0), TINY),
  },
  {
    name: 'SETTINGS (CVE-2019-9515)',
    isDeaf: true,
    ends: true,
    pieces: () => batched(repeated(frame(4, 0, 0, settingsPayload({ 3: 100 })), TINY)),
  },
  {
    name: 'PING (CVE-2019-9512)',
    isDeaf: true,
    ends: true,
    pieces: () => batched(repeated(frame(6, 0, 0, '12345678'), TINY)),
  },
  {
    name: 'empty DATA (CVE-2019-9518)',
    ends: false,
    pieces: emptyData,
  },
  {
    name: 'PRIORITY (CVE-2019-9513)',
    ends: false,
    pieces: () => batched(repeated(frame(2, 0, 1, Buffer.concat([uint32(3), Buffer.from([16])])), TINY)),
  },
  {
    name: 'frames of an unknown type',
    ends: false,
    pieces: () => batched(repeated(frame(99, 0, 0, 'x'.repeat(100)), TINY)),
  },
  { name: 'HPACK bomb', ends: false, pieces: hpackBomb },
  { name: 'cookie crumbs of one entry (CVE-2026-49975)', ends: false, pieces: crumbBomb },
  { name: 'empty cookie crumbs (CVE-2026-49975)', ends: false, pieces: emptyCrumbs },
  {
    name: 'requests for large answers and no window for them',
    most: 100,
    settings: { 4: 0 },
    ends: false,
    pieces: () =>
      batched(
        (function* () {
          for (const stream of streams(100)) yield requestBytes(stream, 'http', '/large')
        })(),
      ),
  },
  {
    name: 'requests for large answers of which nothing is read',
    most: 100,
    isDeaf: true,
    ends: false,
    settings: { 4: 1 << 20 },
    pieces: () =>
      batched(
        (function* () {
          yield frame(8, 0, 0, uint32(1 << 30))
          for (const stream of streams(100)) yield requestBytes(stream, 'http', '/large')
        })(),
      ),
  },
]
