// Who signs in with a password: tried beside the event loop, a few at a time, and not again for each page that a browser asks for.
import { hash } from 'node:crypto'
import type { Clock } from '../base/clock.ts'
import { isPassword } from '../base/password.ts'
import type { User } from '../snapshot/management.ts'

/** Each costs some memory: so many are tried at once, and nobody waits. */
const AT_ONCE = 2
/** Milliseconds that a password which was right is believed without another try, and how many are. */
const BELIEVED = 300_000
const MOST_BELIEVED = 100

/** State: which passwords were right lately. None is kept: only a digest of it, together with the hash that it fitted. */
export class Passwords {
  private readonly believed = new Map<string, number>()
  private underWay = 0
  private readonly clock: Pick<Clock, 'now'>

  constructor(clock: Pick<Clock, 'now'>) {
    this.clock = clock
  }

  /** Whether the user has the password; `busy` when too many are tried right now. Undefined for somebody who isn't known. */
  async check(password: string, user: User | undefined): Promise<boolean | 'busy'> {
    const digest = hash('sha256', JSON.stringify([user?.id, user?.notation, password]))
    const until = this.believed.get(digest)
    if (until !== undefined && until > this.clock.now()) return true
    this.believed.delete(digest)
    if (this.underWay >= AT_ONCE) return 'busy'
    this.underWay++
    try {
      const isRight = await isPassword(password, user?.hash)
      if (isRight) this.believe(digest)
      return isRight
    } finally {
      this.underWay--
    }
  }

  private believe(digest: string): void {
    this.believed.set(digest, this.clock.now() + BELIEVED)
    const [oldest] = this.believed.keys()
    if (this.believed.size > MOST_BELIEVED && oldest !== undefined) this.believed.delete(oldest)
  }
}
