// Numbers of bytes as people write them: `512`, `64KiB`, `10MiB`, `1GiB`.

const UNITS: Readonly<Record<string, number>> = {
  B: 1,
  KiB: 1024,
  MiB: 1024 ** 2,
  GiB: 1024 ** 3,
  TiB: 1024 ** 4,
}
const SHAPE = /^(\d{1,16})(B|KiB|MiB|GiB|TiB)?$/

/** Bytes of a written size (a bare number is bytes), or undefined when it isn't one or is past 2^53. */
export function parseSize(text: string): number | undefined {
  const parts = SHAPE.exec(text)
  if (parts === null) return undefined
  const bytes = Number(parts[1]) * (UNITS[parts[2] ?? 'B'] ?? 1)
  return Number.isSafeInteger(bytes) ? bytes : undefined
}

/** The shortest exact way to write a number of bytes. */
export function formatSize(bytes: number): string {
  for (const unit of ['TiB', 'GiB', 'MiB', 'KiB'] as const) {
    const size = UNITS[unit] ?? 1
    if (bytes >= size && bytes % size === 0) return `${bytes / size}${unit}`
  }
  return String(bytes)
}
