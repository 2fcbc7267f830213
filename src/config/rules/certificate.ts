// Certificates: where one comes from.
import { pointer, step } from '../../base/pointer.ts'
import { has } from '../values.ts'
import type { Rule } from './draft.ts'

const FILE_KEYS = ['cert_file', 'key_file'] as const

/** Exactly one source for each certificate: two files, or ourselves. */
export const certificateRule: Rule = ({ config, written }, findings) => {
  for (const id of Object.keys(config.certificates)) {
    const at = pointer('certificates', id)
    const own = written('certificates', id)
    const isOurs = has(own, 'self_signed')
    const files = FILE_KEYS.filter(key => has(own, key))
    if (isOurs && files[0] !== undefined)
      findings.key(
        'certificate/source',
        step(at, files[0]),
        'a certificate has either files or self_signed',
        {
          related: [{ at: step(at, 'self_signed'), on: 'key', message: 'self_signed is here' }],
        },
      )
    if (isOurs) continue
    const missing = FILE_KEYS.filter(key => !files.includes(key) && !findings.isClaimed(step(at, key)))
    if (missing.length === 0) continue
    const message =
      files.length === 0
        ? `the certificate "${id}" needs cert_file and key_file, or self_signed`
        : `the certificate "${id}" has no ${missing[0]}`
    if (!findings.isClaimed(step(at, 'self_signed'))) findings.key('certificate/source', at, message)
  }
}
