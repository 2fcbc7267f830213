// What is written of agents: tokens' hashes, labels, and where they may connect to.
import { parseDialTarget } from '../../base/dial-target.ts'
import { CONTROL, type Form } from './form.ts'

const MOST_KEY = 128
const MOST_VALUE = 256

/** A hash. The text isn't repeated: it may be the token itself. */
export const agentTokenHashForm: Form = text =>
  /^sha256:[0-9a-f]{64}$/i.test(text)
    ? undefined
    : {
        code: 'agent/token-hash',
        message:
          'not "sha256:" and 64 hexadecimal digits; `p2pstream agents new` prints one beside its token',
      }

/** The key of a label. */
export const labelKeyForm: Form = (text, shown) => labelFlaw(text, shown, 'key', 1, MOST_KEY)

/** The value of a label. */
export const labelValueForm: Form = (text, shown) => labelFlaw(text, shown, 'value', 0, MOST_VALUE)

function labelFlaw(text: string, shown: string, part: string, least: number, most: number): ReturnType<Form> {
  const bytes = Buffer.byteLength(text)
  const code = 'agent/label'
  if (bytes < least || bytes > most)
    return { code, message: `the ${part} of a label has ${least} to ${most} bytes, not ${bytes}` }
  if (CONTROL.test(text)) return { code, message: `${shown} holds a control character` }
  return text === text.trim() ? undefined : { code, message: `${shown} begins or ends with a space` }
}

/** An entry of an allow-list. */
export const dialTargetForm: Form = (text, shown) =>
  parseDialTarget(text) === undefined
    ? {
        code: 'agent/allow-target',
        message: `${shown} is neither host:port, host:*, nor a range of addresses, with a port or without`,
      }
    : undefined
