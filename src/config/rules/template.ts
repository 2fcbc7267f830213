// Templates: one source of the body, used for what they are.
import { type Pointer, pointer, step } from '../../base/pointer.ts'
import type { Findings } from '../findings.ts'
import type { Config, ErrorPages, Template } from '../shape.gen.ts'
import type { Rule } from './draft.ts'
import { named } from './named.ts'

function checkBody(id: string, { body, body_file }: Template, findings: Findings): void {
  const at = pointer('templates', id)
  if (body !== undefined && body_file !== undefined)
    findings.key('template/body', step(at, 'body_file'), 'a template has either body or body_file', {
      related: [{ at: step(at, 'body'), on: 'key', message: 'body is here' }],
    })
  const isMeant = findings.isClaimed(step(at, 'body')) || findings.isClaimed(step(at, 'body_file'))
  if (body === undefined && body_file === undefined && !isMeant)
    findings.key('template/body', at, `the template "${id}" needs body or body_file`)
}

function checkUse(
  config: Config,
  id: string,
  wanted: Template['kind'],
  at: Pointer,
  findings: Findings,
): void {
  const template = named(config.templates, id)
  if (template === undefined || template.kind === wanted) return
  findings.value(
    'template/wrong-kind',
    at,
    `the template "${id}" has the kind ${template.kind}; this needs ${wanted}`,
    {
      related: [{ at: pointer('templates', id, 'kind'), on: 'value', message: 'its kind is here' }],
    },
  )
}

function checkPages(config: Config, pages: ErrorPages, at: Pointer, findings: Findings): void {
  for (const [status, id] of Object.entries(pages))
    checkUse(config, id, 'error_page', step(at, status), findings)
}

/** Bodies of templates, and who uses which kind. */
export const templateRule: Rule = (draft, findings) => {
  const { config } = draft
  for (const [id, template] of Object.entries(config.templates)) checkBody(id, template, findings)
  for (const [id, listener] of Object.entries(config.listeners))
    checkPages(config, listener.error_pages, pointer('listeners', id, 'error_pages'), findings)
  for (const [id, route] of Object.entries(config.routes))
    checkPages(config, route.error_pages, pointer('routes', id, 'error_pages'), findings)
  for (const { target, at } of draft.targets) {
    const id = target.static?.template
    if (id !== undefined) checkUse(config, id, 'generic_body', step(step(at, 'static'), 'template'), findings)
  }
}
