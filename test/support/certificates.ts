// Certificates made by openssl, for tests: a small authority, and what it signs.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface Pair {
  /** PEM. */
  readonly cert: string
  readonly key: string
}

export interface Wanted {
  /** The first is the common name too. */
  readonly hosts: readonly string[]
  readonly uris?: readonly string[]
  readonly days?: number
  readonly key?: 'ec' | 'rsa'
  readonly isClient?: boolean
}

export interface Authority extends Disposable {
  /** PEM. */
  readonly cert: string
  sign(wanted: Wanted): Pair
}

const NEW_KEY = {
  ec: ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256'],
  rsa: ['-newkey', 'rsa:2048'],
} as const

const isAddress = (host: string): boolean => /^[\d.]+$|:/.test(host)

/** A new authority in a folder of its own, gone with its scope. */
export function openAuthority(name: string): Authority {
  const folder = mkdtempSync(join(tmpdir(), 'p2pstream-ca-'))
  const openssl = (...words: readonly string[]): void =>
    void execFileSync('openssl', words, { cwd: folder, stdio: 'pipe' })
  const read = (file: string): string => readFileSync(join(folder, file), 'utf8')
  openssl(
    'req',
    '-x509',
    '-nodes',
    ...NEW_KEY.ec,
    '-keyout',
    'ca.key',
    '-out',
    'ca.pem',
    '-subj',
    `/CN=${name}`,
  )
  let count = 0
  return {
    cert: read('ca.pem'),
    sign({ hosts, uris = [], days = 90, key = 'ec', isClient = false }) {
      const file = `c${++count}`
      const names = [
        ...hosts.map(host => `${isAddress(host) ? 'IP' : 'DNS'}:${host}`),
        ...uris.map(uri => `URI:${uri}`),
      ].join(',')
      const usage = isClient ? 'clientAuth' : 'serverAuth'
      writeFileSync(join(folder, `${file}.ext`), `subjectAltName=${names}\nextendedKeyUsage=${usage}\n`)
      openssl(
        'req',
        '-nodes',
        ...NEW_KEY[key],
        '-keyout',
        `${file}.key`,
        '-out',
        `${file}.csr`,
        '-subj',
        `/CN=${hosts[0]}`,
      )
      const signing = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', String(days)]
      openssl(
        'x509',
        '-req',
        '-in',
        `${file}.csr`,
        ...signing,
        '-extfile',
        `${file}.ext`,
        '-out',
        `${file}.pem`,
      )
      return { cert: read(`${file}.pem`), key: read(`${file}.key`) }
    },
    [Symbol.dispose]: () => rmSync(folder, { recursive: true }),
  }
}
