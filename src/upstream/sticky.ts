// The cookie that brings a visitor back to its target: signed, and silent about what stands behind it.
import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Pool, Target } from './target.ts'

export interface Sticky {
  /** Its name. */
  readonly cookie: string
  /** Milliseconds that a browser keeps it; 0: until it is closed. */
  readonly ttl: number
}

/** How one visitor stands to a pool: the target that its cookie is of, if it has a good one. */
export interface Stick {
  readonly tokens: Tokens
  readonly wanted: Target | undefined
}

interface Token {
  readonly target: Target
  readonly mark: Buffer
  readonly value: string
}

const SEPARATOR = '.'

/**
 * The cookies of one pool's targets: `<name>.<signature>`, both keyed hashes (HMAC-SHA-256) of the pool's id and the target's key, so
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

  /** The target whose cookie this is; undefined for a value that we never gave, or that is of a target or pool long gone. */
  targetOf(value: string | undefined): Target | undefined {
    if (value === undefined) return undefined
    const at = value.indexOf(SEPARATOR)
    const token = this.byName.get(value.slice(0, Math.max(at, 0)))
    if (token === undefined) return undefined
    const mark = Buffer.from(value.slice(at + 1), 'base64url')
    return mark.length === token.mark.length && timingSafeEqual(mark, token.mark) ? token.target : undefined
  }

  /** The value of Set-Cookie for a target of the pool. */
  cookieFor(target: Target, isSecure: boolean): string {
    const { cookie, ttl } = this.sticky
    const age = ttl === 0 ? '' : `; Max-Age=${Math.ceil(ttl / 1000)}`
    const secure = isSecure ? '; Secure' : ''
    return `${cookie}=${this.byIndex[target.index]?.value ?? ''}; Path=/${age}; HttpOnly; SameSite=Lax${secure}`
  }
}

function keyed(secret: Uint8Array, use: string, pool: Pool, target: Target): Buffer {
  // Ids hold no line ends.
  return createHmac('sha256', secret).update(`sticky ${use}\n${pool.id}\n${target.key}`).digest()
}
