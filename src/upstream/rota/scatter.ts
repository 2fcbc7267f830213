// Hashes for spreading keys over slots and slots over targets: 32 bits, evenly spread, the same on every machine and in every run.
// They are no secret and stand against nobody.

/** Of a text (FNV-1a, then mixed). */
export function textHash(text: string): number {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return mix(hash)
}

/** Spreads every bit over all (the finish of MurmurHash3); unsigned. */
export function mix(number: number): number {
  let hash = number
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
  return (hash ^ (hash >>> 16)) >>> 0
}
