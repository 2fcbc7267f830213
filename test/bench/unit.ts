// The environment that README's unit file for systemd gives the program: it is measured as it is told to be run.
import { readFileSync } from 'node:fs'

const README = new URL('../../README.md', import.meta.url)

export function unitEnvironment(): Readonly<Record<string, string>> {
  const lines = [...readFileSync(README, 'utf8').matchAll(/^Environment=(\w+)=(.*)$/gm)]
  if (lines.length === 0) throw new Error('no Environment= in README.md')
  return Object.fromEntries(lines.map(([, name, value]) => [name, value]))
}
