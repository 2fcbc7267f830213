// Text on its way out of the process. It is queued up to a limit and dropped past it: nobody waits for a reader.
import type { Clock } from '../base/clock.ts'

export interface Lines {
  /** Takes whole lines; false when the queue is full or the reader is gone, then nothing of it is taken. */
  write(text: string | Buffer): boolean
  /** Resolves when all is written, when the reader is gone, or after `ms`; nothing can be written afterwards. */
  close(ms: number): Promise<void>
}

/** The part of a Node stream that is used; `process.stdout` is one. */
export interface Outlet {
  write(text: string | Buffer, encoding: 'utf8', done: (error?: Error | null) => void): boolean
  on(event: 'error', told: (error: Error) => void): unknown
}

/** Characters or bytes that may wait for a slow reader. */
export const QUEUE_LIMIT = 8 * 1024 * 1024

/**
 * Lines into a pipe or a socket. Such streams never block in Node, unlike `fs.write` on a pipe, whose stuck thread also keeps
 * `process.exit` from ending (seen on 24.21). One chunk is under way at a time, so that what waits can be counted.
 */
export function streamLines(outlet: Outlet, clock: Clock, limit: number = QUEUE_LIMIT): Lines {
  const queue: (string | Buffer)[] = []
  let queued = 0
  let isWriting = false
  let isOver = false
  let whenIdle: (() => void) | undefined

  const end = (): void => {
    isOver = true
    queue.length = 0
    queued = 0
    whenIdle?.()
  }
  const next = (): void => {
    const text = queue.shift()
    isWriting = text !== undefined
    if (text === undefined) {
      whenIdle?.()
      return
    }
    outlet.write(text, 'utf8', error => {
      queued -= text.length
      if (error) end()
      else next()
    })
  }
  // A reader that went away (EPIPE) is an error event; unheard it would end the process.
  outlet.on('error', end)

  return {
    write(text) {
      if (isOver || queued + text.length > limit) return false
      queued += text.length
      queue.push(text)
      if (!isWriting) next()
      return true
    },
    close(ms) {
      if (isOver || !isWriting) {
        isOver = true
        return Promise.resolve()
      }
      return new Promise(resolve => {
        const timer = clock.after(ms, end)
        whenIdle = () => {
          timer.cancel()
          isOver = true
          resolve()
        }
      })
    },
  }
}
