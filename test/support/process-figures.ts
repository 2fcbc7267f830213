// What the kernel says about a process: memory and CPU time (Linux).
import { readdirSync, readFileSync } from 'node:fs'

/** Resident bytes. */
export function residentBytes(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]
  if (kib === undefined) throw new Error(`process ${pid} has no VmRSS`)
  return Number(kib) * 1024
}

/** Bytes of a process, shared pages counted by share. */
export function proportionalBytes(pid: number): number {
  const kib = /^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'latin1'))?.[1]
  if (kib === undefined) throw new Error(`process ${pid} has no Pss`)
  return Number(kib) * 1024
}

/** The process and everything it started. */
export function family(pid: number): number[] {
  try {
    const children = readdirSync(`/proc/${pid}/task`).flatMap(task =>
      readFileSync(`/proc/${pid}/task/${task}/children`, 'latin1').split(' ').filter(Boolean).map(Number),
    )
    return [pid, ...children.flatMap(family)]
  } catch {
    return []
  }
}

/** Nanoseconds of CPU that all threads of the process and its children used. Threads that ended are not in it. */
export function cpuNanoseconds(pid: number): number {
  let sum = 0
  for (const member of family(pid)) {
    for (const task of readdirSync(`/proc/${member}/task`)) {
      try {
        sum += Number(readFileSync(`/proc/${member}/task/${task}/schedstat`, 'latin1').split(' ')[0])
      } catch {
        // The thread ended between the listing and the read.
      }
    }
  }
  return sum
}
