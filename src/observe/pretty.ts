// An event as people like to read it: time, level, name, fields; findings and stacks on lines of their own.
import { harmless } from './plain-text.ts'

const COLORS: Readonly<Record<string, string>> = {
  trace: '\x1b[90m',
  debug: '\x1b[90m',
  info: '\x1b[32m',
  warn: '\x1b[33m',
  error: '\x1b[31m',
}
const OFF = '\x1b[0m'
const BARE = /^[A-Za-z0-9_./:@%+,*[\]-]+$/

interface Finding {
  readonly severity?: string
  readonly code?: string
  readonly message?: string
  readonly file?: string
  readonly line?: number
  readonly column?: number
}

function shown(value: unknown): string {
  if (typeof value !== 'string') return harmless(JSON.stringify(value) ?? 'null')
  return BARE.test(value) ? value : harmless(JSON.stringify(value))
}

function findingLine(finding: Finding): string {
  const place = finding.file === undefined ? '' : `${finding.file}:${finding.line}:${finding.column} `
  return `    ${place}${finding.severity} ${finding.code}  ${finding.message}`
}

function stackLines(error: unknown): readonly string[] {
  if (typeof error !== 'object' || error === null) return []
  const { stack, message } = error as { stack?: unknown; message?: unknown }
  return String(stack ?? message ?? '')
    .split('\n')
    .map(line => `    ${line}`)
}

/** One line of our JSON log as text for people, with its newline; a line that isn't ours passes as it is. */
export function prettyLine(json: string, colors: boolean): string {
  let told: Readonly<Record<string, unknown>>
  try {
    told = JSON.parse(json)
  } catch {
    return `${harmless(json.trimEnd())}\n`
  }
  const { level, time, event, findings, error, ...fields } = told
  const word = String(level).toUpperCase().padEnd(5)
  const color = colors ? (COLORS[String(level)] ?? '') : ''
  const head = `${String(time).slice(11, 23)} ${color}${word}${color === '' ? '' : OFF} ${harmless(String(event))}`
  const rest = Object.entries(fields).map(([name, value]) => ` ${harmless(name)}=${shown(value)}`)
  const below = [
    ...(Array.isArray(findings) ? findings.map(finding => findingLine(finding as Finding)) : []),
    ...stackLines(error),
  ]
  return `${[head + rest.join(''), ...below.map(harmless)].join('\n')}\n`
}
