// How a command ends, for scripts. The numbers above 2 are those of sysexits.h.

export const EXIT = {
  yes: 0,
  /** A negative answer: an invalid file, a request that no route takes. */
  no: 1,
  usage: 64,
  /** The input can't be read. */
  input: 66,
  /** The server can't be reached, or doesn't let us in. */
  unreachable: 69,
  ourFault: 70,
  /** The server won't start on this configuration. */
  config: 78,
} as const
