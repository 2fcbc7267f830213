// Words of the management door: where it listens, how it is reached, who may come in.
import { isIP } from 'node:net'
import { parsePasswordHash } from '../../base/password.ts'
import type { Form } from './form.ts'
import { originForm } from './network.ts'

/** An IP address to listen on, or empty for every interface. */
export const managementBindForm: Form = (text, shown) =>
  text === '' || isIP(text) !== 0
    ? undefined
    : {
        code: 'management/bind',
        message: `${shown} is not an IP address`,
        help: text.startsWith('unix:')
          ? 'a unix socket is always there, in the state folder'
          : 'write 127.0.0.1, another address of this machine, or "" for every interface',
      }

/** `https://host[:port]` or `http://host[:port]`; empty for none. */
export const managementUrlForm: Form = (text, shown) => {
  if (text === '') return undefined
  const isUrl = /^https?:\/\//.test(text) && originForm(text, shown) === undefined
  return isUrl
    ? undefined
    : {
        code: 'management/url',
        message: `${shown} is not https://host[:port]`,
        help: 'no path, no query, no user',
      }
}

/** `sha256:` and 64 hexadecimal digits. The text isn't repeated: somebody may have written the token itself. */
export const tokenHashForm: Form = text =>
  /^sha256:[0-9a-f]{64}$/.test(text)
    ? undefined
    : {
        code: 'management/token-hash',
        message: 'not sha256: and 64 hexadecimal digits in lower case',
        help: '`p2pstream tokens new` makes a token and prints its hash',
      }

/** An Argon2id hash. The text isn't repeated: somebody may have written the password itself. */
export const passwordHashForm: Form = text =>
  parsePasswordHash(text) !== undefined
    ? undefined
    : {
        code: 'management/password-hash',
        message:
          'not $argon2id$v=19$m=...,t=...,p=...$SALT$HASH, or one that costs more than 256 MiB or ten passes',
        help: '`p2pstream users new` makes a password and prints its hash',
      }
