// What a test of the house wants to know of a TypeScript file, read without a compiler: imports, exports, module-level memory.

export interface Import {
  readonly specifier: string
  /** Every name in it is a type. */
  readonly isType: boolean
  readonly isReexport: boolean
}

export interface Code {
  readonly source: string
  /** The source without comments and without the insides of strings. */
  readonly text: string
  readonly lines: number
  readonly imports: readonly Import[]
  /** Names of exported declarations. */
  readonly exports: readonly string[]
  /** Module-level declarations that can change: `let x`, `const seen = new Map()`. */
  readonly mutables: readonly string[]
}

// Comments, strings, templates, and regular expressions where one may stand.
const OPAQUE =
  /\/\*[\s\S]*?\*\/|\/\/[^\n]*|'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`|(?<=[(,=:[!&|?{;\n]\s*)\/(?![/*])(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/g

/** Leaves the code inside `${}` of templates, which is where a template can hide a call. */
function blank(found: string): string {
  const keepsLines = found.replace(/[^\n]/g, '')
  if (found.startsWith('/')) return found.startsWith('/*') || found.startsWith('//') ? keepsLines : '/re/'
  if (!found.startsWith('`')) return found.slice(0, 1) + found.slice(0, 1)
  const inside = [...found.matchAll(/\$\{([^{}]*)\}/g)].map(match => match[1])
  return `\`\`;(${inside.join(',')})${keepsLines}`
}

function readImports(source: string): Import[] {
  const bare = source.replace(/^\s*(\/\/|\*|\/\*).*$/gm, '')
  const statements = /^(import|export)\s+(type\s+)?(?:([\w*{][^'";]*?)\s+from\s+)?'([^']+)'/gm
  const fixed = [...bare.matchAll(statements)].map(([, word, type, names = '', specifier = '']) => ({
    specifier,
    isType: type !== undefined || isTypeList(names),
    isReexport: word === 'export',
  }))
  const dynamic = /\bimport\(\s*'([^']+)'|\bnew URL\(\s*'([^']+\.ts)'/g
  const late = [...bare.matchAll(dynamic)].map(([, imported, url]) => ({
    specifier: imported ?? url ?? '',
    isType: false,
    isReexport: false,
  }))
  return [...fixed, ...late]
}

function isTypeList(names: string): boolean {
  const list = /^\{([^}]*)\}$/.exec(names.trim())?.[1]
  if (list === undefined) return false
  const parts = list.split(',').map(name => name.trim())
  return parts.filter(name => name !== '').every(name => name.startsWith('type '))
}

/** Reads a file that the formatter has written: a declaration of the module begins in the first column. */
export function readCode(source: string): Code {
  const text = source.replace(OPAQUE, blank)
  const declared = /^export (?:async )?(?:abstract )?(?:function\*?|class|interface|type|const|let) (\w+)/gm
  const changing =
    /^(?:export )?(?:(?:let|var) \w+|const \w+\b(?!: (?:readonly |Readonly))[^=\n]*= (?:new (?:Weak)?(?:Map|Set|Array)(?:<[^\n]*>)?\(\)|\[\]|\{\}))/gm
  return {
    source,
    text,
    lines: source.split('\n').length - 1,
    imports: readImports(source),
    exports: [...text.matchAll(declared)].map(found => found[1] ?? ''),
    mutables: text.match(changing) ?? [],
  }
}
