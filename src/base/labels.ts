// Labels of agents, and what a selector makes of them.

/** Label keys that begin like this are ours. */
export const OUR_LABELS = 'p2pstream.io/'
/** The label that every agent has by itself. */
export const AGENT_ID: string = `${OUR_LABELS}agent-id`

export type Labels = ReadonlyMap<string, string>

/** What an agent is selected by: what is written of it, and its id. */
export function labelsOf(id: string, written: Readonly<Record<string, string>>): Labels {
  return new Map([...Object.entries(written), [AGENT_ID, id]])
}

/** The first label of a selector that isn't there, and what is in its place; undefined when all fit. */
export function missingLabel(
  selector: Labels,
  labels: Labels,
): { readonly key: string; readonly has: string | undefined } | undefined {
  for (const [key, value] of selector) {
    const has = labels.get(key)
    if (has !== value) return { key, has }
  }
  return undefined
}
