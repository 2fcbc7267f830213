// The only long-lived map in the program: memory that outlives a reload, keyed by identity (kind:id#meaning).
// It keeps values that it can't read.

/** An identity names the type of what it holds, so a bucket can't be opened as a counter. */
export type Identity<T> = string & { readonly holds?: (value: T) => T }

export interface Keep {
  /** What is kept under an identity, made on first use. */
  at<T>(identity: Identity<T>, make: () => T): T
  /** Forgets and disposes everything whose identity is not alive; returns how many went. */
  retain(isAlive: (identity: string) => boolean): number
  readonly size: number
}

function dispose(value: unknown): void {
  if (typeof value === 'object' && value !== null && Symbol.dispose in value)
    (value as Disposable)[Symbol.dispose]()
}

/** An empty Keep. */
export function openKeep(): Keep {
  const kept = new Map<string, unknown>()
  return {
    at<T>(identity: Identity<T>, make: () => T): T {
      const found = kept.get(identity)
      if (found !== undefined) return found as T
      const made = make()
      kept.set(identity, made)
      return made
    },
    retain(isAlive) {
      const dead = [...kept.keys()].filter(identity => !isAlive(identity))
      for (const identity of dead) {
        dispose(kept.get(identity))
        kept.delete(identity)
      }
      return dead.length
    },
    get size() {
      return kept.size
    },
  }
}
