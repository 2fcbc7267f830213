// TCP from an address of our own choosing: the addresses of a name one after the other, each from a local one of its family.
import { type LookupAddress, lookup } from 'node:dns'
import { isIP } from 'node:net'
import type { Failure } from '../base/failure.ts'
import type { Random } from '../base/random.ts'
import { originFailure } from './dial-failure.ts'
import type { Ears, Step } from './dial-step.ts'
import { connecting, type OpenSocket, type TcpTerms } from './dial-tcp.ts'

const NO_FAMILY: Failure = {
  code: 'destination_ip_unroutable',
  side: 'origin',
  detail: 'no address of a family that bind_to has',
}

/** Connects to a name or an address. Node tries the addresses of a name at once only where the system chooses the local one. */
export function boundStep(terms: TcpTerms, open: OpenSocket, random: Random, ears: Ears): Step {
  let step: Step | undefined
  let isOver = false
  const next = ([address, ...others]: readonly LookupAddress[], before: Failure): void => {
    const local = address && pick(terms.bindTo, address.family, random)
    if (address === undefined || local === undefined) {
      ears.failed(before)
      return
    }
    const where = { host: address.address, port: terms.port, localAddress: local }
    step = connecting(where, terms.keepAlive, open, { ...ears, failed: failure => next(others, failure) })
  }
  lookup(terms.host, { all: true }, (error, addresses) => {
    if (isOver) return
    if (error !== null) {
      ears.failed(originFailure(error, 'dns_error'))
      return
    }
    ears.begin()
    next(
      addresses.filter(({ family }) => terms.bindTo.some(local => isIP(local) === family)),
      NO_FAMILY,
    )
  })
  return {
    cancel() {
      isOver = true
      step?.cancel()
    },
  }
}

function pick(all: readonly string[], family: number, random: Random): string | undefined {
  const fitting = all.filter(address => isIP(address) === family)
  return fitting[Math.floor(random.fraction() * fitting.length)]
}
