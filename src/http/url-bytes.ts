// Bytes (as latin1 characters) made fit for a URL in a header field: what may not stand there is percent-encoded.

const UNFIT_IN_PATH = /[^\x21-\x7e]|["#<>?\\^`{|}]/g
const UNFIT_IN_QUERY = /[^\x21-\x7e]|["#<>\\]/g

function encode(char: string): string {
  const code = char.charCodeAt(0)
  return code > 0xff
    ? encodeURIComponent(char.toWellFormed())
    : `%${code.toString(16).toUpperCase().padStart(2, '0')}`
}

/** A path; escapes that it has already stay as they are. CR, LF and every other control byte can't come through. */
export function urlBytes(path: string): string {
  return path.replace(UNFIT_IN_PATH, encode)
}

/** A query or fragment, likewise. */
export function queryBytes(query: string): string {
  return query.replace(UNFIT_IN_QUERY, encode)
}
