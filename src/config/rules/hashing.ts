// Keys of hashing: with the policy `hash`, and only there.
import { step } from '../../base/pointer.ts'
import { has } from '../values.ts'
import type { Rule } from './draft.ts'
import { placePools } from './pools.ts'

const KEYS = ['hash_on', 'hash_fallback', 'slots'] as const

/** A pool that hashes says on what. */
export const hashingRule: Rule = (draft, findings) => {
  for (const { pool, written, at } of placePools(draft)) {
    if (pool.load_balancing !== 'hash') {
      for (const key of KEYS)
        if (has(written, key))
          findings.key(
            'shape/useless-key',
            step(at, key),
            `"${key}" does nothing with the policy ${pool.load_balancing}`,
            {
              help: 'write load_balancing: hash',
            },
          )
      continue
    }
    for (const key of ['hash_on', 'hash_fallback'] as const) {
      const words = pool[key]
      if (words.includes('none') && words.length > 1)
        findings.value('upstream/hash-key', step(at, key), `${key} is none, or something else, not both`)
    }
    if (pool.hash_on.some(word => word !== 'none')) continue
    const place = has(written, 'hash_on') ? step(at, 'hash_on') : step(at, 'load_balancing')
    findings.key('upstream/hash-key', place, 'the policy hash needs something to hash on', {
      help: 'write hash_on: client_ip, host, path, uri, header:NAME, cookie:NAME or query:NAME',
    })
  }
}
