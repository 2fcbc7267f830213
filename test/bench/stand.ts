// What a proxy is given to work with, and what it says about itself.
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { HOST, type Protocol } from './loads.ts'
import type { Start } from './tools.ts'

export interface Certificate {
  readonly certFile: string
  readonly keyFile: string
  /** Both in one file, as HAProxy wants them. */
  readonly bothFile: string
}

export interface Stand {
  /** A folder of its own. */
  readonly dir: string
  /** Where it speaks HTTP/1.1 in the clear. */
  readonly port: number
  /** Where it speaks TLS 1.3, HTTP/2 and HTTP/1.1 by ALPN. */
  readonly tlsPort: number
  readonly certificate: Certificate
  readonly originPort: number
  readonly checkPort: number
  readonly isLogging: boolean
  /** Not beside its configuration, which is watched. */
  readonly logFile: string
}

export interface Peer {
  readonly name: string
  /** The program that must be installed; undefined for what npm brings. */
  readonly program: string | undefined
  /** What it can't speak, and why. */
  readonly cannot?: Readonly<Partial<Record<Protocol | 'websocket', string>>>
  start(stand: Stand): Start
}

/** One certificate with a P-256 key, signed by itself, the same for all proxies. */
export function makeCertificate(dir: string): Certificate {
  const [certFile, keyFile, bothFile] = ['site.pem', 'site.key', 'both.pem'].map(name => join(dir, name)) as [
    string,
    string,
    string,
  ]
  const what = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-days',
    '30',
  ]
  const names = ['-subj', `/CN=${HOST}`, '-addext', `subjectAltName=DNS:${HOST}`]
  execFileSync('openssl', [...what, ...names, '-keyout', keyFile, '-out', certFile], { stdio: 'ignore' })
  writeFileSync(bothFile, readFileSync(certFile, 'latin1') + readFileSync(keyFile, 'latin1'))
  return { certFile, keyFile, bothFile }
}
