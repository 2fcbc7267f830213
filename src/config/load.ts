// From a path to a config, its materials and everything there is to say about them: the one function others call.
//
// read → merge → references in text → shape → defaults → rules → files. Each step tells all it finds; only text that isn't
// YAML stops the rest, because nothing after it could be believed.
import { type Diagnostic, hasErrors, type Place } from '../base/diagnostic.ts'
import { bad, good } from '../base/outcome.ts'
import { type Pointer, pointer, steps } from '../base/pointer.ts'
import { isEmptied, tellComplaints } from './complaint.ts'
import { fillConfig } from './fill.ts'
import { type Findings, openFindings } from './findings.ts'
import { type Gathered, gather } from './gather.ts'
import { hashObjects } from './hashes.ts'
import { type Interpolated, interpolate } from './interpolate.ts'
import { COLLECTIONS, type Configured, type Loaded, type LoadRequest } from './loaded.ts'
import { maskedLine } from './mask.ts'
import { openReads, type Reads } from './reads.ts'
import { redact } from './redact.ts'
import { checkReferences } from './references.ts'
import { RULES } from './rules/all.ts'
import { placeTargets } from './rules/targets.ts'
import { validate } from './schema.ts'
import type { Config } from './shape.gen.ts'
import { shapeAt } from './shape.ts'
import { openSources, type Sources } from './sources.ts'
import { isMap, type Values, valuesOf } from './values.ts'

/** Complaints after which an object's values can't be relied on. */
const UNSOUND: ReadonlySet<string> = new Set(['type', 'enum', 'const', 'x-words', 'required', 'minItems'])

/** The object, or the setting at the top, that a pointer leads into. */
function objectOf(at: Pointer): Pointer {
  const [top = '', id] = steps(at)
  return id !== undefined && COLLECTIONS.some(name => name === top) ? pointer(top, id) : pointer(top)
}

/** Validates everything; returns the objects whose values can't be relied on. */
function checkShape(
  value: unknown,
  secrets: ReadonlyMap<Pointer, string>,
  findings: Findings,
): ReadonlySet<Pointer> {
  const unsound = new Set<Pointer>()
  const isSecret = (at: Pointer): boolean => secrets.has(at) || shapeAt(steps(at))?.['x-secret'] === true
  validate(value, complaints => {
    tellComplaints(complaints, findings, isSecret)
    for (const complaint of complaints)
      if (UNSOUND.has(complaint.keyword) && !isEmptied(complaint)) unsound.add(objectOf(complaint.at))
  })
  return unsound
}

function check(
  sources: Sources,
  value: Values,
  { holes, secrets }: Interpolated,
  request: LoadRequest,
  reads: Reads,
  findings: Findings,
): Gathered {
  const unsound = checkShape(value, secrets, findings)
  const config = fillConfig(value, at => !unsound.has(at)) as unknown as Config
  checkReferences(value, findings)
  const written = (collection: string, id: string): Values => valuesOf(valuesOf(value[collection])[id])
  const draft = { config, written, targets: placeTargets(config, written) }
  for (const rule of RULES) rule(draft, findings)
  return gather({ config, sources, holes, request, reads, findings })
}

/** What is told of a value that isn't known here would be about its stand-in. */
function withoutHoles(
  diagnostics: readonly Diagnostic[],
  holes: ReadonlySet<Pointer>,
): readonly Diagnostic[] {
  if (holes.size === 0) return diagnostics
  const isReference = ({ code }: Diagnostic): boolean =>
    code.startsWith('reference/') || code === 'file/not-text'
  return diagnostics.filter(
    found => isReference(found) || !(holes.has(found.at) || found.related?.some(({ at }) => holes.has(at))),
  )
}

function locator(sources: Sources): Loaded['locate'] {
  const order = new Map(sources.documents.map(({ file }, index) => [file, index]))
  const place = (at: Pointer, on: 'key' | 'value'): Place => sources.ownerOf(at).locate(at, on)
  const rank = ({ place }: Diagnostic): readonly number[] =>
    place === undefined ? [] : [order.get(place.file) ?? -1, place.line, place.column]
  const compare = (a: Diagnostic, b: Diagnostic): number => {
    const other = rank(b)
    return rank(a).reduce((sum, number, index) => sum || number - (other[index] ?? 0), 0)
  }
  return diagnostics =>
    diagnostics
      .map(diagnostic => ({
        ...diagnostic,
        place: diagnostic.place ?? place(diagnostic.at, diagnostic.on),
        ...(diagnostic.related && {
          related: diagnostic.related.map(other => ({
            ...other,
            place: other.place ?? place(other.at, other.on),
          })),
        }),
      }))
      .sort(compare)
}

/** Loads a config. Reads files, and nothing else of the world: no socket, no name, no clock. */
export function load(request: LoadRequest): Loaded {
  const { environment, missingReferences } = request
  const reads = openReads()
  const sources = openSources(request.source, reads)
  const findings = openFindings()
  const { documents, value } = sources
  const filledIn = interpolate({ documents, value, environment, missingReferences, reads, findings })
  if (value !== undefined && !isMap(value))
    findings.value('shape/type', '', 'expected a map, as in "version: 1"')
  const checked = isMap(value)
    ? check(sources, valuesOf(value), filledIn, request, reads, findings)
    : undefined
  const diagnostics = [
    ...sources.diagnostics,
    ...redact(withoutHoles(findings.all(), filledIn.holes), filledIn.secrets),
  ]
  const locate = locator(sources)
  const located = locate(diagnostics)
  return {
    outcome: checked === undefined || hasErrors(located) ? bad(located) : good(configured(checked), located),
    partial: checked?.config,
    locate,
    frame: ({ file, line }) => {
      const document = documents.find(one => one.file === file)
      return document && maskedLine(document, line)
    },
    watched: { files: reads.files, folders: reads.folders, seen: reads.seen },
  }
}

function configured(gathered: Gathered): Configured {
  const { config, materials } = gathered
  return { config, materials, hashes: hashObjects(gathered) }
}
