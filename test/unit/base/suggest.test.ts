import { describe, expect, it } from 'vitest'
import { nearest } from '../../../src/base/suggest.ts'

const KEYS = ['protocol', 'port', 'bind', 'enabled', 'trusted_proxies', 'limits']

describe('nearest', () => {
  it.each([
    ['protcol', 'protocol'],
    ['potr', 'port'],
    ['Enabled', 'enabled'],
    ['trusted-proxies', 'trusted_proxies'],
    ['limit', 'limits'],
    ['trusted', 'trusted_proxies'],
  ])('%s was meant as %s', (word, meant) => {
    expect(nearest(word, KEYS)).toBe(meant)
  })

  it.each(['xyz', 'certificate', '', 'po'])('%s is like none of them', word => {
    expect(nearest(word, KEYS)).toBeUndefined()
  })

  it('takes the first of equally near ones', () => {
    expect(nearest('wab', ['web', 'wob'])).toBe('web')
  })

  it('prefers few changes to a longer word that starts so', () => {
    expect(nearest('path_prefx', ['path', 'path_prefix'])).toBe('path_prefix')
    expect(nearest('warning', ['trace', 'warn'])).toBe('warn')
  })
})
