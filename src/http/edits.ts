// Changes to a field section, compiled once: what to drop, and the ready lines to add (design engine, "Headers to the origin").

export type Field = readonly [name: string, value: string]

export interface FieldEdits {
  /** Lower-case names whose every line is dropped. */
  readonly drops: ReadonlySet<string>
  /** Bit n is set when a dropped name has n characters (31 and longer share bit 31): most names never need lower-casing. */
  readonly lengths: number
  /** The fields written after what was kept, in order. */
  readonly adds: readonly Field[]
  /** The same as HTTP/1.1 text, each line ending in CRLF. */
  readonly lines: string
}

/** One set of written changes; they run in the order remove, set, add. Names keep their case on the wire. */
export interface WrittenEdits {
  readonly remove: readonly string[]
  readonly set: readonly Field[]
  readonly add: readonly Field[]
}

/** Fields from names with their values, as the config writes them. */
export function writtenFields(values: Readonly<Record<string, readonly string[]>>): readonly Field[] {
  return Object.entries(values).flatMap(([name, lines]) => lines.map(line => [name, line] as const))
}

/** Compiles changes that run one after another (route, then target) into one; undefined when nothing would change. */
export function compileEdits(stages: readonly WrittenEdits[]): FieldEdits | undefined {
  const drops = new Set<string>()
  let adds: Field[] = []
  for (const { remove, set, add } of stages) {
    const gone = new Set([...remove, ...set.map(([name]) => name)].map(name => name.toLowerCase()))
    for (const name of gone) drops.add(name)
    adds = [...adds.filter(([name]) => !gone.has(name.toLowerCase())), ...set, ...add]
  }
  if (drops.size === 0 && adds.length === 0) return undefined
  let lengths = 0
  for (const name of drops) lengths |= 1 << Math.min(name.length, 31)
  return { drops, lengths, adds, lines: adds.map(([name, value]) => `${name}: ${value}\r\n`).join('') }
}

/** The same changes, and one field more. */
export function withField(edits: FieldEdits | undefined, name: string, value: string): FieldEdits {
  const { drops, lengths, adds, lines } = edits ?? NO_EDITS
  return { drops, lengths, adds: [...adds, [name, value]], lines: `${lines}${name}: ${value}\r\n` }
}

const NO_EDITS: FieldEdits = { drops: new Set<string>([]), lengths: 0, adds: [], lines: '' }

/** Whether a field of this name is dropped: in any letter case, and with `_` for `-`, which CGI programs read as the same. */
export function isDropped(edits: FieldEdits, name: string): boolean {
  if ((edits.lengths & (1 << Math.min(name.length, 31))) === 0) return false
  const lower = name.toLowerCase()
  return edits.drops.has(lower) || (lower.includes('_') && edits.drops.has(lower.replaceAll('_', '-')))
}
