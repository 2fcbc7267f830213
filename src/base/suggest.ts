// The nearest known word, for "did you mean".

/** Edits (insert, delete, replace, swap of neighbours) from `a` to `b`; gives up past `limit`. */
function distance(a: string, b: string, limit: number): number {
  if (Math.abs(a.length - b.length) > limit) return limit + 1
  let before: number[] = []
  let last = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      let best = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + (same ? 0 : 1))
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, (before[j - 2] ?? 0) + 1)
      row.push(best)
    }
    before = last
    last = row
  }
  return last[b.length] ?? 0
}

/** The shortest start of a word, or rest of one, that says enough: `warning` for `warn`, `log` for `logging`. */
const SHORTEST = 3

function continues(word: string, candidate: string): boolean {
  const [short, long] = word.length < candidate.length ? [word, candidate] : [candidate, word]
  return short.length >= SHORTEST && long.startsWith(short)
}

/** The candidate nearest to a mistyped word, when it is near enough to be meant; ties go to the first. */
export function nearest(word: string, candidates: Iterable<string>): string | undefined {
  const wanted = word.toLowerCase().replaceAll('-', '_')
  let limit = Math.max(1, Math.floor(wanted.length / 3))
  let found: string | undefined
  let longer: string | undefined
  for (const candidate of candidates) {
    if (longer === undefined && continues(wanted, candidate.toLowerCase().replaceAll('-', '_')))
      longer = candidate
    const edits = distance(wanted, candidate.toLowerCase().replaceAll('-', '_'), limit)
    if (edits > limit || (found !== undefined && edits === limit)) continue
    found = candidate
    limit = edits
  }
  return found ?? longer
}
