// A step of a dial towards a name: its addresses are known, or waited for once, and then connected to.
import { isIP, type NetConnectOpts } from 'node:net'
import type { Ears, Step } from './dial-step.ts'
import type { NameAddress } from './name.ts'
import type { Names } from './names.ts'

/** Connects to what a host means. */
export type Reach = (addresses: readonly NameAddress[], ears: Ears) => Step

/** Connects by `reach` to a name or an address. */
export function towards(host: string, names: Names, reach: Reach, ears: Ears): Step {
  const family = isIP(host)
  if (family === 0) return namedStep(host, names, reach, ears)
  ears.begin()
  return reach([{ address: host, family: family === 6 ? 6 : 4 }], ears)
}

function namedStep(name: string, names: Names, reach: Reach, ears: Ears): Step {
  let step: Step | undefined
  const waiting = names.find(name, (addresses, failure) => {
    if (addresses === undefined) {
      ears.failed(failure)
      return
    }
    ears.begin()
    step = reach(addresses, ears)
  })
  return {
    cancel() {
      waiting.cancel()
      step?.cancel()
    },
  }
}

/** Where Node is to connect: it tries all the addresses, one family and the other in turns (RFC 8305), and asks nobody. */
export function whereOf(name: string, addresses: readonly NameAddress[], port: number): NetConnectOpts {
  const [first] = addresses
  if (first === undefined) throw new Error('a name without addresses')
  if (addresses.length === 1) return { host: first.address, port }
  return {
    host: name,
    port,
    autoSelectFamily: true,
    lookup: (_, { all }, found) => {
      if (all === true) found(null, [...addresses])
      else found(null, first.address, first.family)
    },
  }
}
