// The words that everything about names of origins shares.
import type { Failure } from '../base/failure.ts'

export interface NameAddress {
  readonly address: string
  readonly family: 4 | 6
}

/** `ttl` in milliseconds; undefined where nobody said. */
export interface Answer {
  readonly addresses: readonly NameAddress[]
  readonly ttl: number | undefined
}

/** The resolver's word for why there is no answer: `ENOTFOUND`, `ETIMEOUT`. */
export interface NoAnswer {
  readonly code: string
}

/** Asks for the addresses of a name once. Never rejects. */
export type Lookup = (name: string) => Promise<Answer | NoAnswer>

/** Called once: with addresses, at least one, or with why there are none. */
export type Named = (...outcome: [readonly NameAddress[], undefined] | [undefined, Failure]) => void

export interface Waiting {
  /** Nobody is called any more. */
  cancel(): void
}

/** What happened to a name. `addresses` are those in use from now on. */
export interface NameNews {
  readonly kind: 'failed' | 'recovered' | 'changed'
  readonly name: string
  readonly addresses: readonly string[]
  /** The resolver's word for a failure. */
  readonly reason: string | undefined
}
