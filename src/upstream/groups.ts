// Targets by their priority.
import type { Group, Target } from './target.ts'

/** Only groups with members, lowest priority number first. */
export function groupsOf(targets: readonly Target[]): readonly Group[] {
  const byPriority = new Map<number, Target[]>()
  for (const target of targets) {
    if (!target.enabled || target.weight === 0 || isOutOfReach(target)) continue
    const members = byPriority.get(target.priorityGroup)
    if (members === undefined) byPriority.set(target.priorityGroup, [target])
    else members.push(target)
  }
  return [...byPriority]
    .sort(([a], [b]) => a - b)
    .map(([priority, members]) =>
      Object.freeze({
        priority,
        members: Object.freeze(members),
        totalWeight: members.reduce((sum, member) => sum + member.weight, 0),
      }),
    )
}

/** Behind agents, and no agent of the file fits. */
export function isOutOfReach(target: Target): boolean {
  return target.kind === 'proxy' && target.paths?.targets.length === 0
}
