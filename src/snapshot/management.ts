// The management door, compiled: where it listens, how TLS is spoken there, and who may come in.
import type { Address } from '../base/address.ts'
import type { AddressSet } from '../base/cidr.ts'
import type { PasswordHash } from '../base/password.ts'
import type { Pointer } from '../base/pointer.ts'
import type { Certificate } from '../tls/certificate.ts'

export type Scope = 'read' | 'write' | 'metrics'

/** A token, known by its hash alone. */
export interface Token {
  readonly id: string
  /** `sha256:` and hex. */
  readonly hash: string
  readonly scopes: ReadonlySet<Scope>
}

/** Somebody who signs in with a password, and may read. */
export interface User {
  readonly id: string
  readonly hash: PasswordHash
  /** The same as it is written. */
  readonly notation: string
}

export interface ManagementTls {
  /** undefined: one that an authority of our own signs, made where nobody has any. */
  readonly certificate: Certificate | undefined
  /** Those who sign clients' certificates (PEM); undefined when none is asked for. */
  readonly clientCa: Uint8Array | undefined
}

export interface Management {
  readonly at: Pointer
  /** Of everything that it means. */
  readonly hash: string
  readonly address: Address & { readonly kind: 'tcp' }
  /** Only this machine can reach it. */
  readonly isLocal: boolean
  /** undefined: plain text. */
  readonly tls: ManagementTls | undefined
  /** Under which it is reached, as in certificates: plain names, `*.rest`, addresses. */
  readonly hosts: readonly string[]
  /** Whose word is taken for whom they pass on. */
  readonly trustedProxies: AddressSet
  /** Milliseconds. */
  readonly tunnel: { readonly pingInterval: number; readonly pingTimeout: number }
  readonly metrics: boolean
  readonly tokens: readonly Token[]
  readonly users: readonly User[]
}
