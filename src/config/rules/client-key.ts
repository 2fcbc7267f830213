// The certificates that we show to origins: each has its key, and can be used now.
import { isKeyLocked, readCertificates, readPrivateKey } from '../../base/pem.ts'
import { type Pointer, pointer, step } from '../../base/pointer.ts'
import { doubtOfTime } from '../../base/validity.ts'
import type { Findings } from '../findings.ts'
import type { Materials } from '../materials.ts'
import type { ClientCertKey, Config } from '../shape.gen.ts'

/** An RSA key below is refused by OpenSSL's usual security level. */
const LEAST_RSA_BITS = 2048

interface Placed {
  readonly pair: ClientCertKey
  readonly at: Pointer
}

function pairsOf(config: Config): readonly Placed[] {
  const found: Placed[] = []
  const add = (pair: ClientCertKey | null | undefined, at: Pointer): void => {
    if (pair) found.push({ pair, at: step(step(at, 'peer'), 'client_cert_key') })
  }
  add(config.defaults.peer.client_cert_key, pointer('defaults'))
  for (const [id, { peer, targets }] of Object.entries(config.upstreams)) {
    add(peer.client_cert_key, pointer('upstreams', id))
    for (const [index, target] of targets.entries())
      add(target.peer.client_cert_key, pointer('upstreams', id, 'targets', index))
  }
  for (const [id, { forward }] of Object.entries(config.routes)) {
    if (forward === undefined) continue
    add(forward.peer.client_cert_key, pointer('routes', id, 'forward'))
    for (const [index, target] of forward.targets.entries())
      add(target.peer.client_cert_key, pointer('routes', id, 'forward', 'targets', index))
  }
  return found
}

/** Holds every key against its certificate, and that against the time. A file that can't be read was told already. */
export function checkClientKeys(
  config: Config,
  { files, now }: Materials,
  isKnown: (at: Pointer) => boolean,
  findings: Findings,
): void {
  for (const { pair, at } of pairsOf(config)) {
    const { cert_file: certFile, key_file: keyFile, passphrase } = pair
    const bytes = files.get(keyFile)
    if (bytes === undefined || !isKnown(step(at, 'passphrase'))) continue
    const place = step(at, 'key_file')
    const key = readPrivateKey(bytes, passphrase)
    if (key === undefined) {
      findings.value('file/not-a-key', place, `${keyFile} ${whyNoKey(bytes, passphrase)}`)
      continue
    }
    const leaf = readCertificates(files.get(certFile) ?? new Uint8Array(0))?.[0]
    if (leaf === undefined) continue
    const doubt = doubtOfTime(secondsOf(leaf.validFrom), secondsOf(leaf.validTo), now / 1000)
    if (doubt !== undefined)
      findings.add({ ...doubt, severity: 'warning', at: step(at, 'cert_file'), on: 'value' })
    const bits = leaf.publicKey.asymmetricKeyDetails?.modulusLength ?? LEAST_RSA_BITS
    if (!leaf.checkPrivateKey(key))
      findings.value('certificate/key', place, 'the key is not the one of the certificate')
    else if (bits < LEAST_RSA_BITS)
      findings.value('certificate/weak', step(at, 'cert_file'), `the certificate's RSA key has ${bits} bits`)
  }
}

function secondsOf(date: string): number {
  return Math.floor(Date.parse(date) / 1000)
}

function whyNoKey(bytes: Uint8Array, passphrase: string | undefined): string {
  if (!isKeyLocked(bytes)) return 'holds no private key in PEM'
  return passphrase === undefined ? 'needs a passphrase' : 'has another passphrase'
}
