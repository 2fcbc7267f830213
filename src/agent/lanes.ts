// An agent's connections to one server: the first by itself, the others beside it once the server has shown that it takes several.
import type { Life } from './life.ts'

/** Begins the connection of that number; `connected` is told whether the server takes others beside it. */
export type BeginLane = (
  number: number,
  connected: (takesOthers: boolean) => void,
) => Omit<Life, 'isConnected'>

/** Begins at once. A server that knows nothing of lanes would take each for the successor of the one before, so it gets one. */
export function beginLanes(count: number, begin: BeginLane): Omit<Life, 'isConnected'> {
  let others: ReturnType<BeginLane>[] = []
  let isLeaving = false
  const first = begin(0, takesOthers => {
    if (!takesOthers) {
      for (const other of others.splice(0)) void other.leave(0)
    } else if (others.length === 0 && !isLeaving) {
      others = Array.from({ length: count - 1 }, (_, n) => begin(n + 1, () => undefined))
    }
  })
  return {
    hurry: () => [first, ...others].forEach(lane => void lane.hurry()),
    async leave(within) {
      isLeaving = true
      await Promise.all([first, ...others].map(lane => lane.leave(within)))
    },
  }
}
