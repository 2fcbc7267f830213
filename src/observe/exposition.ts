// Metrics as Prometheus reads them (text exposition format 0.0.4): families of samples, each line made when it is its turn.
import { BOUNDS, type Histogram } from './histogram.ts'

/** Names and values; a label without a value is as if it weren't there. */
export type Labels = Readonly<Record<string, string>>

export interface Family {
  /** With the unit, without `p2pstream_`. */
  readonly name: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly help: string
  readonly samples: Iterable<readonly [labels: Labels, value: number | Histogram]>
}

const PREFIX = 'p2pstream_'

export const CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8'

function escaped(value: string): string {
  return value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
}

function labelled(name: string, labels: Labels, more = ''): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}="${escaped(value)}"`)
  const inside = [...pairs, ...(more === '' ? [] : [more])].join(',')
  return inside === '' ? name : `${name}{${inside}}`
}

function histogramLines(name: string, labels: Labels, { counts, sum }: Histogram): string {
  let total = 0
  let text = ''
  for (const [at, count] of counts.entries()) {
    total += count
    text += `${labelled(`${name}_bucket`, labels, `le="${BOUNDS[at] ?? '+Inf'}"`)} ${total}\n`
  }
  return `${text}${labelled(`${name}_sum`, labels)} ${sum / 1000}\n${labelled(`${name}_count`, labels)} ${total}\n`
}

/** Text, piece by piece: a large table has a hundred thousand lines, and the caller decides when to go on. */
export function* expositionOf(families: Iterable<Family>): Generator<string> {
  for (const { name, type, help, samples } of families) {
    const whole = PREFIX + name
    let head = `# HELP ${whole} ${help}\n# TYPE ${whole} ${type}\n`
    for (const [labels, value] of samples) {
      yield head +
        (typeof value === 'number'
          ? `${labelled(whole, labels)} ${value}\n`
          : histogramLines(whole, labels, value))
      head = ''
    }
  }
}
