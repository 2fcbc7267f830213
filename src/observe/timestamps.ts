// Moments as log lines show them, in UTC. The last one is kept: under load most lines share it with the one before.

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** Milliseconds since 1970 to text. */
export type Stamp = (wall: number) => string

/** `2026-11-20T11:23:45.123Z` (RFC 3339). */
export function rfc3339(): Stamp {
  let last = Number.NaN
  let shown = ''
  return wall => {
    if (wall !== last) shown = new Date(wall).toISOString()
    last = wall
    return shown
  }
}

/** `20/Nov/2026:11:23:45 +0000` (Common Log Format). */
export function commonLogTime(): Stamp {
  let second = Number.NaN
  let shown = ''
  return wall => {
    const whole = Math.floor(wall / 1000)
    if (whole === second) return shown
    second = whole
    const iso = new Date(whole * 1000).toISOString()
    const month = MONTHS[Number(iso.slice(5, 7)) - 1] ?? ''
    shown = `${iso.slice(8, 10)}/${month}/${iso.slice(0, 4)}:${iso.slice(11, 19)} +0000`
    return shown
  }
}
