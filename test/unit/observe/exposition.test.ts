import { expect, it } from 'vitest'
import { expositionOf } from '../../../src/observe/exposition.ts'
import { Histogram } from '../../../src/observe/histogram.ts'
import { readScrape } from '../../support/prometheus.ts'

it('is what Prometheus reads, whatever stands in a label', () => {
  const took = new Histogram()
  for (const ms of [0, 5, 5.001, 10_000, 10_001]) took.observe(ms)
  const odd = 'a "quoted" \\ and\nbroken'
  const text = [
    ...expositionOf([
      { name: 'none_total', type: 'counter', help: 'Nothing.', samples: [] },
      { name: 'odd', type: 'gauge', help: 'Odd.', samples: [[{ odd, empty: '' }, -1.5e-9]] },
      {
        name: 'took_seconds',
        type: 'histogram',
        help: 'Took.',
        samples: [
          [{}, took],
          [{ of: 'b' }, new Histogram()],
        ],
      },
    ]),
  ].join('')
  const { metrics, types, sum } = readScrape(text)
  expect([...types.keys()]).toEqual(['p2pstream_odd', 'p2pstream_took_seconds'])
  expect(metrics[0]).toEqual({ name: 'p2pstream_odd', labels: { odd, empty: '' }, value: -1.5e-9 })
  expect(sum('p2pstream_took_seconds_bucket', { le: '0.005' })).toBe(2)
  expect(sum('p2pstream_took_seconds_bucket', { le: '10' })).toBe(4)
  expect(sum('p2pstream_took_seconds_bucket', { le: '+Inf' })).toBe(5)
  expect(sum('p2pstream_took_seconds_sum')).toBeCloseTo(20.011_001, 6)
})
