// Bytes of request bodies that wait for an origin, or are kept because they may have to be sent again: of all exchanges together, as
// what one of them may hold bounds nothing where anybody can begin thousands.

const MOST = 64 * 1024 * 1024

/** State: one per engine. Mutable on purpose: every exchange with a body counts here. */
export class HeldBodies {
  bytes = 0
  private readonly most: number

  constructor(most: number = MOST) {
    this.most = most
  }

  /** Nothing more is kept for another try, and who sends to an origin that isn't there yet waits. */
  get isFull(): boolean {
    return this.bytes >= this.most
  }
}
