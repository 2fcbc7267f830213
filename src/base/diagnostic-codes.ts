// Every code a diagnostic can carry. A code never changes its meaning; a retired one is never used again.
// Each has a fixture in test/conformance/diagnostics and a section in schemas/README.md; a test holds the three together.

export const DIAGNOSTIC_CODES = {
  'yaml/syntax': 'The text is not YAML 1.2.',
} as const satisfies Readonly<Record<string, string>>

export type DiagnosticCode = keyof typeof DIAGNOSTIC_CODES
