// Addresses that only somebody else can reach: a step of a dial that gets a stream from them in place of a socket of its own.
import type { Ears, Step } from './dial-step.ts'

export interface Tunnels {
  /** A stream to `host:port`, by way of one agent. `ears` hear of it later, once; the stream belongs to whoever hears of it. */
  open(agent: string, host: string, port: number, ears: Ears): Step
}
