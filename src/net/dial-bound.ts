// TCP from an address of our own choosing: the addresses of a name one after the other, each from a local one of its family.
import { isIP } from 'node:net'
import type { Failure } from '../base/failure.ts'
import type { Random } from '../base/random.ts'
import { type Reach, towards } from './dial-name.ts'
import type { Ears, Step } from './dial-step.ts'
import { connecting, type OpenSocket, type TcpTerms } from './dial-tcp.ts'
import type { NameAddress } from './name.ts'
import type { Names } from './names.ts'

const NO_FAMILY: Failure = {
  code: 'destination_ip_unroutable',
  side: 'origin',
  detail: 'no address of a family that bind_to has',
}

/** Connects to a name or an address. Node tries the addresses of a name at once only where the system chooses the local one. */
export function boundStep(
  { host, port, bindTo, keepAlive }: TcpTerms,
  open: OpenSocket,
  { names, random }: { readonly names: Names; readonly random: Random },
  ears: Ears,
): Step {
  const reach: Reach = (addresses, heard) => {
    let step: Step | undefined
    let isOver = false
    const next = ([address, ...others]: readonly NameAddress[], before: Failure): void => {
      const local = address && pick(bindTo, address.family, random)
      if (address === undefined || local === undefined) {
        heard.failed(before)
        return
      }
      const where = { host: address.address, port, localAddress: local }
      step = connecting(where, keepAlive, open, { ...heard, failed: failure => next(others, failure) })
    }
    const fitting = addresses.filter(({ family }) => bindTo.some(local => isIP(local) === family))
    if (fitting.length > 0) next(fitting, NO_FAMILY)
    else
      queueMicrotask(() => {
        if (!isOver) heard.failed(NO_FAMILY)
      })
    return {
      cancel() {
        isOver = true
        step?.cancel()
      },
    }
  }
  return towards(host, names, reach, ears)
}

function pick(all: readonly string[], family: number, random: Random): string | undefined {
  const fitting = all.filter(address => isIP(address) === family)
  return fitting[Math.floor(random.fraction() * fitting.length)]
}
