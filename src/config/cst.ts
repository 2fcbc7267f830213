// The tokens that the YAML library's parser builds, as far as we look at them.

export interface Lexeme {
  readonly type: string
  readonly offset: number
  readonly indent: number
  readonly source: string
}

/** An entry of a map or a list: what stands before the key, the key, what stands before the value, the value. */
export interface Item {
  readonly start: readonly Lexeme[]
  readonly explicitKey?: true
  readonly key?: Token | null
  readonly sep?: readonly Lexeme[]
  readonly value?: Token
}

export interface Token {
  readonly type: string
  readonly offset: number
  readonly indent?: number
  readonly source?: string
  readonly items?: readonly Item[]
  readonly start?: Lexeme | readonly Lexeme[]
  readonly end?: readonly Lexeme[]
  readonly value?: Token
}
