// What the log is told of the names of origins.
import type { NameNews } from '../net/name.ts'
import type { Log } from '../observe/log.ts'

/** A name that fails is told once, until it is well again. */
export function tellName(log: Log, { kind, name, addresses, reason }: NameNews): void {
  if (kind === 'failed') log.warn('dns/failed', { name, reason, addresses })
  else log.info(`dns/${kind}`, { name, addresses })
}
