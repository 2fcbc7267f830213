// The names of an access line's fields, in one place, so that a test says what it means.
import type { LogLine } from './world.ts'

const text = (line: LogLine, name: string): string | undefined => {
  const value = line[name]
  return value === undefined ? undefined : String(value)
}

export const status = (line: LogLine): number => Number(line['http.response.status_code'])
export const reason = (line: LogLine): string | undefined => text(line, 'p2pstream.reason')
export const place = (line: LogLine): string | undefined => text(line, 'p2pstream.at')
export const detail = (line: LogLine): string | undefined => text(line, 'p2pstream.detail')
export const route = (line: LogLine): string | undefined => text(line, 'http.route')
export const target = (line: LogLine): string | undefined => text(line, 'p2pstream.target')
export const requestId = (line: LogLine): string | undefined => text(line, 'p2pstream.request_id')
export const client = (line: LogLine): string | undefined => text(line, 'client.address')

/** Whether the exchange asked for this path, query aside. */
export const askedFor =
  (path: string) =>
  (line: LogLine): boolean =>
    line['url.path'] === path

/** Whether it ended for this reason. */
export const endedFor =
  (code: string) =>
  (line: LogLine): boolean =>
    reason(line) === code
