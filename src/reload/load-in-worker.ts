// The thread that loads: reads and checks, tells what it found, and hands the config over as it is asked for it. It keeps the
// text until the load is over, so that what is found later (by the compilation, by the system) gets a place in it too.
import { parentPort } from 'node:worker_threads'
import { load } from '../config/load.ts'
import type { Loaded } from '../config/loaded.ts'
import { collectGarbage } from './collect.ts'
import { findingsOf } from './finding.ts'
import type { Answer, Question } from './messages.ts'
import { type Slice, slicesOf, trunkOf } from './slices.ts'

function answering(): (question: Question) => Answer {
  let loaded: Loaded | undefined
  let slices: Iterator<Slice, void> | undefined
  return question => {
    switch (question.ask) {
      case 'load': {
        loaded = load(question.request)
        const { outcome, watched } = loaded
        slices = outcome.ok ? slicesOf(outcome.value) : undefined
        const trunk = outcome.ok ? trunkOf(outcome.value) : undefined
        return { tell: 'loaded', trunk, findings: findingsOf(loaded, outcome.diagnostics), watched }
      }
      case 'slice':
        return { tell: 'slice', slice: slices?.next().value ?? undefined }
      case 'locate':
        return {
          tell: 'located',
          findings: loaded === undefined ? [] : findingsOf(loaded, question.diagnostics),
        }
      case 'forget':
        loaded = undefined
        slices = undefined
        collectGarbage()
        return { tell: 'forgotten' }
    }
  }
}

const answerTo = answering()
parentPort?.on('message', (question: Question) => {
  try {
    parentPort?.postMessage(answerTo(question))
  } catch (error) {
    parentPort?.postMessage({ tell: 'broken', stack: error instanceof Error ? error.stack : String(error) })
  }
})
