// Sets of HTTP statuses: a code, a range of them, or several of either.

/** The first and the last status of a range. */
export type StatusRange = readonly [from: number, to: number]

/** `204` or `200-399`, from 100 to 599; undefined for anything else. */
export function parseStatuses(text: string): StatusRange | undefined {
  const [, first, last = first] = /^([1-5]\d\d)(?:-([1-5]\d\d))?$/.exec(text) ?? []
  if (first === undefined || last === undefined || first > last) return undefined
  return [Number(first), Number(last)]
}

/** Whether one of the ranges has the status. */
export function hasStatus(ranges: readonly StatusRange[], status: number): boolean {
  return ranges.some(([from, to]) => status >= from && status <= to)
}
