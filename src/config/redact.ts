// Takes the values of secrets out of what is told: whatever a rule quotes, a secret isn't in it.
import type { Diagnostic } from '../base/diagnostic.ts'
import type { Pointer } from '../base/pointer.ts'

/** Shorter ones are taken out only where the finding is about them: they may be part of any word. */
const LONG = 6

function without(text: string, secret: string): string {
  const shapes = [secret, JSON.stringify(secret).slice(1, -1), encodeURI(secret.toWellFormed())]
  return shapes.reduce((told, shape) => (shape === '' ? told : told.replaceAll(shape, '[secret]')), text)
}

/** The diagnostics without the secrets, which are given by the pointers of the values. */
export function redact(
  diagnostics: readonly Diagnostic[],
  secrets: ReadonlyMap<Pointer, string>,
): readonly Diagnostic[] {
  if (secrets.size === 0) return diagnostics
  const everywhere = [...new Set(secrets.values())].filter(secret => secret.length >= LONG)
  return diagnostics.map(diagnostic => {
    const own = secrets.get(diagnostic.at)
    const all = own === undefined ? everywhere : [own, ...everywhere]
    const clean = (text: string): string => all.reduce(without, text)
    const { message, help, related } = diagnostic
    return {
      ...diagnostic,
      message: clean(message),
      ...(help !== undefined && { help: clean(help) }),
      ...(related && { related: related.map(other => ({ ...other, message: clean(other.message) })) }),
    }
  })
}
