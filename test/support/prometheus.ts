// Reads Prometheus's text format (0.0.4) strictly: what a scraper would refuse, throws.

export interface Metric {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

export interface Scrape {
  readonly metrics: readonly Metric[]
  /** By family. */
  readonly types: ReadonlyMap<string, string>
  /** The sum of all samples of a name whose labels fit. */
  sum(name: string, labels?: Readonly<Record<string, string>>): number
}

const SAMPLE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? (NaN|[+-]Inf|-?[0-9.]+(?:e[+-]?[0-9]+)?)$/
const LABEL = /([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\["\\n])*)"(,|$)/gy

function labelsOf(text: string, line: string): Record<string, string> {
  const labels: Record<string, string> = {}
  let end = 0
  for (const [whole, name = '', value = ''] of text.matchAll(LABEL)) {
    if (name in labels) throw new Error(`a label twice: ${line}`)
    labels[name] = value.replaceAll(/\\(.)/g, (_, char: string) => (char === 'n' ? '\n' : char))
    end += whole.length
  }
  if (end !== text.length) throw new Error(`labels can't be read: ${line}`)
  return labels
}

/** A histogram's buckets grow, and the last is its count. */
function checkHistograms(metrics: readonly Metric[], types: ReadonlyMap<string, string>): void {
  const last = new Map<string, number>()
  for (const { name, labels, value } of metrics) {
    const family = name.replace(/_(bucket|sum|count)$/, '')
    if (types.get(family) !== 'histogram') continue
    const { le, ...rest } = labels
    const key = family + JSON.stringify(rest)
    const before = last.get(key) ?? 0
    if (name.endsWith('_bucket') && value < before) throw new Error(`a bucket shrinks: ${key} ${le}`)
    if (name.endsWith('_bucket')) last.set(key, value)
    if (name.endsWith('_count') && value !== before)
      throw new Error(`the last bucket isn't the count: ${key}`)
  }
}

/** Reads a scrape; throws at a line that can't be read, a family that comes twice, and a series that comes twice. */
export function readScrape(text: string): Scrape {
  if (!text.endsWith('\n')) throw new Error('no line end at the end')
  const types = new Map<string, string>()
  const metrics: Metric[] = []
  const seen = new Set<string>()
  for (const line of text.slice(0, -1).split('\n')) {
    const [, family, type] = /^# TYPE (\S+) (counter|gauge|histogram)$/.exec(line) ?? []
    if (family !== undefined && types.has(family)) throw new Error(`a family twice: ${family}`)
    if (family !== undefined) types.set(family, type ?? '')
    if (line.startsWith('#')) continue
    const [, name, inside = '', value = ''] = SAMPLE.exec(line) ?? []
    if (name === undefined) throw new Error(`no sample: ${line}`)
    const labels = labelsOf(inside, line)
    const series = name + JSON.stringify(Object.entries(labels).sort())
    if (seen.has(series)) throw new Error(`a series twice: ${line}`)
    seen.add(series)
    metrics.push({ name, labels, value: Number(value.replace('Inf', 'Infinity')) })
  }
  checkHistograms(metrics, types)
  const fits = (one: Metric, labels: Readonly<Record<string, string>>): boolean =>
    Object.entries(labels).every(([name, value]) => one.labels[name] === value)
  return {
    metrics,
    types,
    sum: (name, labels = {}) =>
      metrics
        .filter(one => one.name === name && fits(one, labels))
        .reduce((total, { value }) => total + value, 0),
  }
}
