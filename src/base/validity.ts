// Whether a certificate can be used now, and for how much longer.

const DAY = 86_400
/** Time enough to act, less than automatic renewals leave. */
const SOON = 14 * DAY

export interface Doubt {
  readonly code: 'certificate/not-valid' | 'certificate/expires-soon'
  readonly message: string
}

function isoDay(seconds: number): string {
  return new Date(seconds * 1000).toISOString().slice(0, 10)
}

/** What is doubtful about a certificate's time; all in seconds since 1970, undefined for no bound. */
export function doubtOfTime(
  notBefore: number | undefined,
  notAfter: number | undefined,
  now: number,
): Doubt | undefined {
  if (notAfter !== undefined && now >= notAfter)
    return { code: 'certificate/not-valid', message: `the certificate expired on ${isoDay(notAfter)}` }
  if (notBefore !== undefined && now < notBefore)
    return {
      code: 'certificate/not-valid',
      message: `the certificate is not valid before ${isoDay(notBefore)}`,
    }
  if (notAfter === undefined || now < notAfter - SOON) return undefined
  const days = Math.floor((notAfter - now) / DAY)
  const left =
    days === 0 ? 'today or tomorrow' : `in ${days} day${days === 1 ? '' : 's'}, on ${isoDay(notAfter)}`
  return { code: 'certificate/expires-soon', message: `the certificate expires ${left}` }
}
