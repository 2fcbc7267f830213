import { defineConfig } from 'vitest/config'

/** Three speeds: `unit` mirrors src and never sleeps; `conformance` runs data files; `e2e` runs the real binary. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/*.test.ts', 'test/unit/**/*.test.ts'],
          pool: 'forks',
          globalSetup: 'test/support/runtime.ts',
        },
      },
      {
        test: {
          name: 'conformance',
          // Real sockets and real time: on a machine that others use, too, one of thousands may come too late once.
          retry: 1,
          include: ['test/conformance/**/*.test.ts'],
          pool: 'forks',
          testTimeout: 300_000,
          hookTimeout: 60_000,
          globalSetup: 'test/support/runtime.ts',
        },
      },
      {
        test: {
          name: 'e2e',
          // Real sockets and real time: on a machine that others use, too, one of thousands may come too late once.
          retry: 1,
          include: ['test/e2e/**/*.test.ts'],
          pool: 'forks',
          testTimeout: 300_000,
          hookTimeout: 60_000,
          globalSetup: 'test/support/runtime.ts',
        },
      },
    ],
    maxWorkers: 2,
  },
})
