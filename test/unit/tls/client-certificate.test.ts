import { describe, expect, it } from 'vitest'
import { uriNames } from '../../../src/tls/client-certificate.ts'

const AGENT = 'spiffe://p2pstream/agent/a'

describe('the URIs of a certificate', () => {
  it.each<readonly [string, string, readonly string[]]>([
    ['none', '', []],
    ['one', `URI:${AGENT}`, [AGENT]],
    ['several among other names', `DNS:x.test, URI:${AGENT}, IP Address:127.0.0.1, URI:b:c`, [AGENT, 'b:c']],
    ['a quoted one', 'URI:"https://x/,y"', ['https://x/,y']],
  ])('are found: %s', (_, names, uris) => {
    expect(uriNames(names)).toEqual(uris)
  })

  it.each<readonly [string, string]>([
    // CVE-2021-44532: a name that holds what separates names.
    ['a DNS name that looks like two', `DNS:"x, URI:${AGENT}"`],
    ['a DNS name that looks like three', `DNS:"x, URI:${AGENT}, DNS:y"`],
    ['a quote inside', `DNS:"x\\", URI:${AGENT}"`],
    ['a list that breaks off', `URI:${AGENT}, DNS:"x`],
    ['another kind that ends alike', `othername:XURI:${AGENT}`],
  ])('are not found in %s', (_, names) => {
    expect(uriNames(names)).toEqual([])
  })
})
