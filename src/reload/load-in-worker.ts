// The thread that loads: reads and checks, tells what it found, and hands the config over as it is asked for it. It keeps the
// text until it is ended, so that what is found later (by the compilation, by the system) gets a place in it too.
import { parentPort, workerData } from 'node:worker_threads'
import { load } from '../config/load.ts'
import type { LoadRequest } from '../config/loaded.ts'
import { findingsOf } from './finding.ts'
import type { Answer, Question } from './messages.ts'
import { slicesOf, trunkOf } from './slices.ts'

function tell(answer: Answer): void {
  parentPort?.postMessage(answer)
}

const loaded = load(workerData as LoadRequest)
const { outcome } = loaded
const configured = outcome.ok ? outcome.value : undefined
const slices = configured === undefined ? undefined : slicesOf(configured)

tell({
  tell: 'loaded',
  trunk: configured === undefined ? undefined : trunkOf(configured),
  findings: findingsOf(loaded, outcome.diagnostics),
  watched: loaded.watched,
})

parentPort?.on('message', (question: Question) => {
  if (question.ask === 'slice') tell({ tell: 'slice', slice: slices?.next().value ?? undefined })
  else tell({ tell: 'located', findings: findingsOf(loaded, question.diagnostics) })
})
