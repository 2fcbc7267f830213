// Visitors who ask again and again at a steady rate, each with one request at a time, and what became of every one.
import { type Visitor, visit } from './raw.ts'
import { pause } from './until.ts'

export interface Outcome {
  /** Wall times. */
  readonly asked: number
  readonly answered: number
  /** 0 when the connection ended without an answer. */
  readonly status: number
  readonly body: string
}

export interface SteadyLoad extends AsyncDisposable {
  readonly outcomes: readonly Outcome[]
}

/** About `rate` GETs a second by so many visitors; disposing it ends it in good order. */
export function startSteadyLoad(port: number, visitors: number, rate: number, target = '/'): SteadyLoad {
  const outcomes: Outcome[] = []
  const between = (visitors / rate) * 1000
  let isOver = false

  async function ask(visitor: Visitor): Promise<Pick<Outcome, 'status' | 'body'>> {
    try {
      await visitor.send(`GET ${target} HTTP/1.1\r\nHost: a.test\r\n\r\n`)
      const { status, body } = await visitor.answer()
      return { status, body: body.toString() }
    } catch {
      return { status: 0, body: '' }
    }
  }

  async function go(): Promise<void> {
    let visitor: Visitor | undefined
    while (!isOver) {
      const asked = Date.now()
      visitor ??= await visit({ port })
      const outcome = { asked, ...(await ask(visitor)), answered: Date.now() }
      outcomes.push(outcome)
      if (outcome.status === 0) {
        visitor.socket.destroy()
        visitor = undefined
      }
      await pause(Math.max(0, asked + between - Date.now()))
    }
    visitor?.socket.destroy()
  }

  const all = Array.from({ length: visitors }, go)
  return {
    outcomes,
    async [Symbol.asyncDispose]() {
      isOver = true
      await Promise.all(all)
    },
  }
}
