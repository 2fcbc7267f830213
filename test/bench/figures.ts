// Numbers of several rounds, and how they are shown.

export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = sorted.length >> 1
  const upper = sorted[middle] ?? Number.NaN
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2
}

export function spread(values: readonly number[]): Spread {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) }
}

/** Three significant digits: 4.27, 17.3, 118, 4120. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return '–'
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3)
}

/** A Markdown table; the first row is its head. */
export function table(rows: readonly (readonly string[])[]): string {
  const [head = [], ...rest] = rows
  const lines = [head, head.map((_, column) => (column === 0 ? '---' : '---:')), ...rest]
  return lines.map(cells => `| ${cells.join(' | ')} |`).join('\n')
}

/** The machine and the moment that figures belong to. */
export function circumstances(cpu: string, cores: number, versions: readonly string[]): string {
  return `${new Date().toISOString().slice(0, 10)}, ${cores} cores of ${cpu}; ${versions.join(', ')}`
}
