// Members that come and go all the time, and can be gone through.
// No Set: V8 makes a Set's table anew every few members that left, and the new one is as old as the one before. Once a full
// collection has made it old, each later table is old too when it is left behind, and keeps all who were in it, with everything they
// point to, until the next full collection. An array is filled in place.

/** Belongs to one roster at a time. */
export interface Member {
  /** Where the roster has it; nobody else's business. */
  place: number
}

export class Roster<M extends Member> {
  private readonly members: M[] = []

  get size(): number {
    return this.members.length
  }

  add(member: M): void {
    member.place = this.members.length
    this.members.push(member)
  }

  /** Whether it was there. The last one moves to its place. */
  delete(member: M): boolean {
    const { members } = this
    if (members[member.place] !== member) return false
    const last = members.pop() as M
    if (last !== member) {
      last.place = member.place
      members[last.place] = last
    }
    return true
  }

  /** All of them, safe against those who leave meanwhile. */
  list(): readonly M[] {
    return [...this.members]
  }
}
