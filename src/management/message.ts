// What is asked of the door, and what it says, without sockets.

export interface Asked {
  readonly method: string
  /** Without its query. */
  readonly path: string
  readonly query: URLSearchParams
  /** The value of a field, by its name in lower case. */
  field(name: string): string | undefined
  readonly body: Buffer
  /** The address of who asks; `''` on a unix socket, whose file says who may. */
  readonly peer: string
}

export interface Said {
  readonly status: number
  readonly type: string
  readonly fields?: Readonly<Record<string, string>>
  readonly body: string
}

/** A word for programs, and a sentence for people. */
export interface Trouble {
  readonly code: string
  readonly message: string
  readonly details?: unknown
}

/** A plain value. */
export function sayJson(status: number, value: unknown): Said {
  return { status, type: 'application/json', body: `${JSON.stringify(value, undefined, 2)}\n` }
}

/** Why not: `{ error: { code, message, details } }`. */
export function sayTrouble(status: number, error: Trouble, fields: Said['fields'] = {}): Said {
  return { ...sayJson(status, { error }), fields }
}
