import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { OwnCertificate, type OwnParts } from '../../../src/tls/own-certificate.ts'
import { NOW } from '../../support/config.ts'

const DAY = 86_400_000

let folder: string
let troubles: unknown[]
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'p2pstream-own-'))
  troubles = []
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const parts = (now = NOW): OwnParts => ({ folder, now, notKept: (name, error) => troubles.push(name, error) })
const own = (names = ['a.test', '::1'], days = 30): OwnCertificate => new OwnCertificate('own', names, days)
const file = (): string => join(folder, 'self-signed/own.pem')

describe('a self-signed certificate', () => {
  it('is for its names and its time, and for its owner alone', async () => {
    const { cert, notAfter } = await own().at(parts())
    const certificate = new X509Certificate(cert)
    expect(certificate.subjectAltName).toBe('DNS:a.test, IP Address:0:0:0:0:0:0:0:1')
    expect(notAfter * 1000).toBe(NOW + 30 * DAY)
    expect(Date.parse(certificate.validTo)).toBe(NOW + 30 * DAY)
    expect(certificate.ca).toBe(false)
    expect(statSync(file()).mode & 0o777).toBe(0o600)
    expect(readdirSync(join(folder, 'self-signed'))).toEqual(['own.pem'])
  })

  it('is the same in a later process, until a third of its life is left', async () => {
    const { cert } = await own().at(parts())
    expect((await own().at(parts(NOW + 19 * DAY))).cert).toBe(cert)
    expect((await own().at(parts(NOW + 21 * DAY))).cert).not.toBe(cert)
  })

  it('is made anew in memory too', async () => {
    const one = own()
    const { cert } = await one.at(parts())
    rmSync(file())
    expect((await one.at(parts(NOW + 19 * DAY))).cert).toBe(cert)
    expect((await one.at(parts(NOW + 21 * DAY))).cert).not.toBe(cert)
  })

  it.each([
    ['other names', (): Promise<unknown> => own(['b.test']).at(parts())],
    ['another life', (): Promise<unknown> => own(['a.test', '::1'], 31).at(parts())],
    [
      'a file that is cut',
      async (): Promise<unknown> => writeFileSync(file(), readFileSync(file()).subarray(0, 300)),
    ],
    ['a file of nothing', async (): Promise<unknown> => writeFileSync(file(), '')],
  ])('is made anew for %s', async (_, change) => {
    const { cert } = await own().at(parts())
    await change()
    expect((await own().at(parts())).cert).not.toBe(cert)
    expect(troubles).toEqual([])
  })

  it('is there even where nothing can be written, which is told', async () => {
    writeFileSync(join(folder, 'self-signed'), 'in the way')
    const { cert } = await own().at(parts())
    expect(cert).toContain('BEGIN CERTIFICATE')
    expect(troubles[0]).toBe('self-signed/own.pem')
    expect(troubles[1]).toMatchObject({ code: 'EEXIST' })
  })
})
