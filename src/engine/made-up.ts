// A request that nobody sent: from a method, a URL and fields to what the codec would have read off a socket. It goes through
// the same codec, so whatever a listener would refuse at the door is refused here.
import type { Field } from '../http/edits.ts'
import type { RequestHead } from '../http/facts.ts'
import { writtenBytes } from '../http/path.ts'
import type { Listener } from '../snapshot/snapshot.ts'
import { ConnectionField, MOST_WORDS } from '../wire/h1/connection-field.ts'
import type { Refusal } from '../wire/h1/refusal.ts'
import { RequestReader } from '../wire/h1/request-reader.ts'

export interface MadeUpRequest {
  readonly method: string
  /** `http://host[:port]/path?query`; or a path, whose host is then a field's. A fragment is dropped, as browsers do. */
  readonly url: string
  /** A Host among them goes over the URL's. */
  readonly fields: readonly Field[]
  /** The address of who connects; `''` for a unix socket. */
  readonly from: string
}

export interface MadeUpUrl {
  /** Undefined when the URL is a path. */
  readonly scheme: 'http' | 'https' | undefined
  /** With its port. */
  readonly authority: string
  /** Path and query, fit for a request line. */
  readonly target: string
}

const URL_PARTS = /^(?:(https?):\/\/([^/?#\\]*))?([^#]*)/i

/** Takes a URL apart without tidying it: dot segments and double slashes are what one wants to ask about. */
export function readUrl(url: string): MadeUpUrl {
  const [, scheme, authority = '', rest = ''] = URL_PARTS.exec(url) ?? []
  const target = rest.startsWith('/') ? rest : `/${rest}`
  return {
    scheme: scheme?.toLowerCase() === 'https' ? 'https' : scheme === undefined ? undefined : 'http',
    authority,
    target: writtenBytes(target).replace(
      /[^\x21-\x7e]/g,
      char => `%${char.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0')}`,
    ),
  }
}

/** The head as the engine gets it, or the codec's refusal. */
export function readMadeUp(
  request: MadeUpRequest,
  { limits, protocol }: Pick<Listener, 'limits' | 'protocol'>,
): RequestHead | Refusal {
  const { authority, target } = readUrl(request.url)
  const isHosted = request.fields.some(([name]) => name.toLowerCase() === 'host')
  const fields = isHosted ? request.fields : [['Host', authority] as const, ...request.fields]
  const lines = fields.map(([name, value]) => `${name}: ${writtenBytes(value)}\r\n`).join('')
  const connection = new ConnectionField()
  let refusal: Refusal | undefined
  const ignore = (): void => undefined
  const reader: RequestReader = new RequestReader(limits, {
    head: () => connection.read(reader.head, MOST_WORDS),
    data: ignore,
    end: ignore,
    refused: refused => {
      refusal = refused
    },
  })
  reader.read(Buffer.from(`${request.method} ${target} HTTP/1.1\r\n${lines}\r\n`, 'latin1'), 0)
  return (
    refusal ?? {
      method: reader.line.method,
      scheme: protocol,
      authority: reader.authority,
      target: reader.line.pathAndQuery,
      fields: reader.head,
      connection,
      peer: request.from,
    }
  )
}
