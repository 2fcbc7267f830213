// The only place that reads the environment; everything below receives it as a parameter.

export type Environment = Readonly<Record<string, string | undefined>>

export function environment(): Environment {
  return process.env
}

const PREFIX = 'P2PSTREAM_'
const NO: ReadonlySet<string> = new Set(['', '0', 'false', 'no', 'off'])

/**
 * Values for flags from P2PSTREAM_<FLAG> (`--log-level` is P2PSTREAM_LOG_LEVEL). A switch is on unless its variable is empty, 0,
 * false, no or off. Only the flags asked for are looked at: other variables of that prefix may mean something else.
 */
export function flagsFrom(
  variables: Environment,
  flags: Readonly<Record<string, { readonly type?: string | undefined }>>,
): Readonly<Record<string, string | boolean>> {
  const found: Record<string, string | boolean> = {}
  for (const [flag, { type }] of Object.entries(flags)) {
    const value = variables[PREFIX + flag.toUpperCase().replaceAll('-', '_')]
    if (value === undefined) continue
    if (type === 'boolean') found[flag] = !NO.has(value.toLowerCase())
    else if (value !== '') found[flag] = value
  }
  return found
}
