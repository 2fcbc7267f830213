// The cookie that brings a visitor back to its target: signed, and silent about what stands behind it. One cookie does for all pools.
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Pool, Target } from './target.ts'

export interface Sticky {
  /** Its name. */
  readonly cookie: string
  /** Milliseconds that a browser keeps it; 0: until it is closed. */
  readonly ttl: number
}

/** How one visitor stands to a pool: the cookie that it showed, and the target that this is of, if it is a good one. */
export interface Stick {
  readonly tokens: Tokens
  readonly shown: string | undefined
  readonly wanted: Target | undefined
}

interface Token {
  readonly target: Target
  readonly mark: Buffer
  readonly value: string
}

const SEPARATOR = '.'
/** Between the tokens of pools whose cookies have one name, as they have unless the file says otherwise. */
const JOINER = '~'
const TOKEN = /^[\w-]{11}\.[\w-]{22}$/
/** Tokens in one cookie: those of pools that went away stay in it until they are pushed out. */
const MOST = 8
const LONGEST = MOST * 35

/**
 * The tokens of one pool's targets: `<name>.<signature>`, both keyed hashes (HMAC-SHA-256) of the pool's id and the target's key, so
 * that nobody can make one up or learn an address from it. They are the same as long as these and the secret are.
 */
export class Tokens {
  private readonly sticky: Sticky
  private readonly byName: ReadonlyMap<string, Token>
  private readonly byIndex: readonly Token[]

  constructor(pool: Pool, sticky: Sticky, secret: Uint8Array) {
    this.sticky = sticky
    this.byIndex = pool.targets.map(target => {
      const name = keyed(secret, 'name', pool, target).subarray(0, 8).toString('base64url')
      const mark = keyed(secret, 'mark', pool, target).subarray(0, 16)
      return { target, mark, value: `${name}${SEPARATOR}${mark.toString('base64url')}` }
    })
    this.byName = new Map(this.byIndex.map(token => [token.value.split(SEPARATOR, 1)[0] ?? '', token]))
  }

  /** The target of this pool that a cookie names; undefined for a value that we never gave, or that is of a target or pool long gone. */
  targetOf(value: string | undefined): Target | undefined {
    for (const part of partsOf(value)) {
      const token = this.tokenNamed(part)
      if (token !== undefined && isSigned(part, token)) return token.target
    }
    return undefined
  }

  /** The value of Set-Cookie for a target of the pool; `shown` is the cookie that the visitor has, with other pools' tokens too. */
  cookieFor(target: Target, isSecure: boolean, shown: string | undefined): string {
    const { cookie, ttl } = this.sticky
    const others = partsOf(shown).filter(part => TOKEN.test(part) && this.tokenNamed(part) === undefined)
    const value = [...others.slice(1 - MOST), this.byIndex[target.index]?.value ?? ''].join(JOINER)
    const age = ttl === 0 ? '' : `; Max-Age=${Math.ceil(ttl / 1000)}`
    const secure = isSecure ? '; Secure' : ''
    return `${cookie}=${value}; Path=/${age}; HttpOnly; SameSite=Lax${secure}`
  }

  private tokenNamed(part: string): Token | undefined {
    return this.byName.get(part.slice(0, Math.max(part.indexOf(SEPARATOR), 0)))
  }
}

function partsOf(value: string | undefined): readonly string[] {
  return value === undefined || value.length > LONGEST ? [] : value.split(JOINER)
}

function isSigned(part: string, { mark }: Token): boolean {
  const shown = Buffer.from(part.slice(part.indexOf(SEPARATOR) + 1), 'base64url')
  return shown.length === mark.length && timingSafeEqual(shown, mark)
}

function keyed(secret: Uint8Array, use: string, pool: Pool, target: Target): Buffer {
  // Ids hold no line ends.
  return createHmac('sha256', secret).update(`sticky ${use}\n${pool.id}\n${target.key}`).digest()
}
