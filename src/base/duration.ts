// Lengths of time as people write them: `250ms`, `30s`, `5m`, `1h30m`, `7d`.

const UNITS: readonly (readonly [unit: string, ms: number])[] = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1_000],
  ['ms', 1],
]
const SHAPE =
  /^(?:(\d{1,9})d)?(?:(\d{1,9})h)?(?:(\d{1,9})m(?!s))?(?:(\d{1,9}(?:\.\d{1,3})?)s)?(?:(\d{1,9})ms)?$/

/** Milliseconds of a written duration, or undefined when it isn't one. `0` needs no unit; larger units come first, each once. */
export function parseDuration(text: string): number | undefined {
  if (text === '0') return 0
  const parts = text === '' ? null : SHAPE.exec(text)
  if (parts === null) return undefined
  return Math.round(UNITS.reduce((sum, [, ms], index) => sum + Number(parts[index + 1] ?? 0) * ms, 0))
}

/** The shortest exact way to write a number of milliseconds: 90_000 is `1m30s`. */
export function formatDuration(ms: number): string {
  if (ms === 0) return '0'
  let rest = Math.round(ms)
  let text = ''
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size)
    rest -= count * size
    if (count > 0) text += `${count}${unit}`
  }
  return text
}
