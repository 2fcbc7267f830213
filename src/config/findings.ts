// Diagnostics as they are found, at most so many for each map at the top: a file with 100,000 mistakes is told by its first hundred.
import type { Diagnostic, Severity } from '../base/diagnostic.ts'
import type { DiagnosticCode } from '../base/diagnostic-codes.ts'
import { type Pointer, steps } from '../base/pointer.ts'

type Extra = Pick<Diagnostic, 'help' | 'related'>

export interface Findings {
  add(diagnostic: Diagnostic): void
  /** An error about a value. */
  value(code: DiagnosticCode, at: Pointer, message: string, extra?: Extra): void
  /** An error about a key, or about an object as a whole, shown by its key. */
  key(code: DiagnosticCode, at: Pointer, message: string, extra?: Extra): void
  /** Whether more errors under the same key at the top would only be counted; `count` of them then are. */
  isFull(at: Pointer, count: number): boolean
  /** Notes that a key which isn't known was meant as this one, so that nobody misses it there. */
  claim(at: Pointer): void
  isClaimed(at: Pointer): boolean
  /** Everything, with a summary where there was more. */
  all(): readonly Diagnostic[]
}

const MOST = 100

/** No findings yet. */
export function openFindings(): Findings {
  const kept: Diagnostic[] = []
  const counts = new Map<string, number>()
  const claimed = new Set<Pointer>()

  function add(diagnostic: Diagnostic): void {
    const name = `${diagnostic.severity} ${steps(diagnostic.at)[0] ?? ''}`
    const count = (counts.get(name) ?? 0) + 1
    counts.set(name, count)
    if (count <= MOST) kept.push(diagnostic)
  }

  function isFull(at: Pointer, more: number): boolean {
    const name = `error ${steps(at)[0] ?? ''}`
    const count = counts.get(name) ?? 0
    if (count < MOST) return false
    counts.set(name, count + more)
    return true
  }

  function tell(on: 'key' | 'value'): Findings['key'] {
    return (code, at, message, extra = {}) => add({ code, severity: 'error', message, at, on, ...extra })
  }

  function summaries(): readonly Diagnostic[] {
    return [...counts]
      .filter(([, count]) => count > MOST)
      .map(([name, count]) => {
        const [severity = 'error', top = ''] = name.split(' ') as [Severity, string]
        const message = `${count - MOST} more like these under ${top} are not shown`
        return { code: 'shape/too-many', severity, message, at: top === '' ? '' : `/${top}`, on: 'key' }
      })
  }

  return {
    add,
    key: tell('key'),
    value: tell('value'),
    isFull,
    claim: at => void claimed.add(at),
    isClaimed: at => claimed.has(at),
    all: () => [...kept, ...summaries()],
  }
}
