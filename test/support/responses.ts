// An origin's responses, as those get them who write them on.
import { ResponseReader } from '../../src/wire/h1/response-reader.ts'

/** A reader that has read a text, which answers a request with `method`. */
export function responseOf(text: string, method = 'GET'): ResponseReader {
  const ignore = (): void => undefined
  const events = {
    interim: ignore,
    head: ignore,
    data: ignore,
    end: ignore,
    upgraded: ignore,
    broken: ignore,
  }
  const reader = new ResponseReader(events)
  reader.expect(method)
  reader.read(Buffer.from(text, 'latin1'), 0)
  return reader
}
