import { symlinkSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { load } from '../../../src/config/load.ts'
import { NOW } from '../../support/config.ts'
import { codes, configured, loadFolder, loadText, makeFolder } from './support.ts'

const LISTENER = 'listeners:\n  web: { protocol: http, port: 8080 }\n'

describe('sources', () => {
  it('a folder means its p2pstream.yaml, known by the path as it was given', () => {
    using folder = makeFolder({ 'p2pstream.yaml': 'version: 2\n' })
    const { outcome, watched } = loadFolder(folder)
    expect(outcome.diagnostics[0]?.place?.file).toBe(`${folder.path}/p2pstream.yaml`)
    expect(watched.files).toEqual([`${folder.path}/p2pstream.yaml`])
  })

  it('a file that isn’t there is a finding, and is watched for', () => {
    using folder = makeFolder()
    const loaded = loadFolder(folder)
    expect(codes(loaded)).toEqual(['1:1 file/unreadable'])
    expect(loaded.watched.files).toEqual([`${folder.path}/p2pstream.yaml`])
    expect(loaded.frame({ file: 'x', line: 1, column: 1, endLine: 1, endColumn: 1 })).toBeUndefined()
  })

  it('files are watched, globs’ folders too', () => {
    using folder = makeFolder({
      'p2pstream.yaml':
        'version: 1\ninclude: [a.yaml, "conf.d/*.yaml", "deep/**/*.yaml"]\ntemplates:\n  t: { kind: generic_body, body_file: pages/t.html }\nlisteners:\n  web: { protocol: http, port: 80, name: "${file:name}" }\n',
      'a.yaml': '',
      'conf.d/b.yaml': 'templates:\n  u: { kind: generic_body, body_file: u.html }\n',
      'conf.d/u.html': 'hello',
      'deep/er/c.yaml': 'routes:\n',
      'pages/t.html': 'page',
      name: 'the name\n',
    })
    const loaded = loadFolder(folder)
    expect(codes(loaded)).toEqual([])
    const inside = (paths: readonly string[]): string[] =>
      paths.map(path => path.slice(folder.path.length + 1)).sort()
    expect(inside(loaded.watched.files)).toEqual([
      'a.yaml',
      'conf.d/b.yaml',
      'conf.d/u.html',
      'deep/er/c.yaml',
      'name',
      'p2pstream.yaml',
      'pages/t.html',
    ])
    expect(inside(loaded.watched.folders)).toEqual(['conf.d', 'deep', 'deep/er'])
    const { config, materials } = configured(loaded)
    expect(config.listeners['web']?.name).toBe('the name')
    expect(config.templates['u']?.body_file).toBe('conf.d/u.html')
    expect(Buffer.from(materials.files.get('conf.d/u.html') ?? []).toString()).toBe('hello')
    expect(Buffer.from(materials.files.get('pages/t.html') ?? []).toString()).toBe('page')
  })

  it('a template’s hash changes with its file', () => {
    using folder = makeFolder({
      'p2pstream.yaml': 'version: 1\ntemplates:\n  t: { kind: generic_body, body_file: t.html }\n',
      't.html': 'one',
    })
    const one = configured(loadFolder(folder)).hashes.templates.get('t')
    folder.write('t.html', 'two')
    expect(configured(loadFolder(folder)).hashes.templates.get('t')).not.toBe(one)
  })

  it('text from elsewhere includes from the current folder', () => {
    const loaded = loadText('version: 1\ninclude: [not-there.yaml]\n', {})
    expect(codes(loaded)).toEqual(['2:11 include/missing'])
  })

  it('a byte order mark is no text', () => {
    using folder = makeFolder({ 'p2pstream.yaml': '\uFEFFversion: 2\n' })
    expect(codes(loadFolder(folder))).toEqual(['1:10 shape/choice'])
  })

  it('a pipe can be the main file, and nothing else', () => {
    expect(
      load({
        source: { path: '/dev/null' },
        environment: {},
        missingReferences: 'error',
        now: NOW,
      }).outcome.diagnostics.map(({ code }) => code),
    ).toEqual(['shape/missing-key'])
    expect(
      codes(loadText('version: 1\ntemplates:\n  t: { kind: generic_body, body_file: /dev/null }\n')),
    ).toEqual(['3:39 file/unreadable'])
  })
})

describe('include', () => {
  const MAIN = 'version: 1\ninclude: ["conf.d/*.yaml"]\n'

  it('merges id maps, and findings know their file', () => {
    using folder = makeFolder({
      'p2pstream.yaml': MAIN + LISTENER,
      'conf.d/10.yaml': 'listeners:\n  admin: { protocol: http, port: 8081 }\n',
      'conf.d/20.yaml': 'routes:\n  a: { listener: nobody, default: true, redirect: { mode: https } }\n',
      'conf.d/.hidden.yaml': 'not: read',
      'conf.d/notes.txt': 'not: read',
    })
    const { outcome } = loadFolder(folder)
    expect(
      outcome.diagnostics.map(
        ({ code, place }) => `${place?.file.slice(folder.path.length + 1)}:${place?.line} ${code}`,
      ),
    ).toEqual(['conf.d/20.yaml:2 name/unknown-listener'])
  })

  it('reads a file once, whatever names it, and the main file never again', () => {
    using folder = makeFolder({
      'p2pstream.yaml': `version: 1\ninclude: ["*.yaml", other.yaml, "o*.yaml"]\n${LISTENER}`,
      'other.yaml': 'listeners:\n  admin: { protocol: http, port: 8081 }\n',
    })
    expect(Object.keys(configured(loadFolder(folder)).config.listeners)).toEqual(['web', 'admin'])
  })

  it('doesn’t leave the folder by a link, in by a glob or not', () => {
    using elsewhere = makeFolder({ 'x.yaml': 'listeners: {}' })
    using folder = makeFolder({ 'p2pstream.yaml': MAIN, 'conf.d/a.yaml': '' })
    symlinkSync(`${elsewhere.path}/x.yaml`, `${folder.path}/conf.d/b.yaml`)
    expect(codes(loadFolder(folder))).toEqual(['2:11 include/outside'])
    folder.write('p2pstream.yaml', `version: 1\ninclude: ["${elsewhere.path}/*.yaml"]\n`)
    expect(codes(loadFolder(folder))).toEqual(['2:11 include/outside'])
  })

  it('follows links that stay inside, as mounted ConfigMaps have them', () => {
    using folder = makeFolder({ 'p2pstream.yaml': MAIN, 'conf.d/..2026/a.yaml': LISTENER })
    symlinkSync('..2026', `${folder.path}/conf.d/..data`)
    symlinkSync('..data/a.yaml', `${folder.path}/conf.d/a.yaml`)
    expect(Object.keys(configured(loadFolder(folder)).config.listeners)).toEqual(['web'])
  })

  it('relative paths start at the file that holds them', () => {
    using folder = makeFolder({
      'p2pstream.yaml': MAIN,
      'conf.d/a.yaml': 'listeners:\n  web: { protocol: http, port: 80, name: "${file:secret}" }\n',
      'conf.d/secret': 'inner',
      secret: 'outer',
    })
    expect(configured(loadFolder(folder)).config.listeners['web']?.name).toBe('inner')
  })

  it('one id in two files names both', () => {
    using folder = makeFolder({ 'p2pstream.yaml': MAIN + LISTENER, 'conf.d/a.yaml': LISTENER })
    const [found] = loadFolder(folder).outcome.diagnostics
    expect(found).toMatchObject({ code: 'include/duplicate-id', place: { line: 2 } })
    expect(found?.place?.file).toContain('conf.d/a.yaml')
    expect(found?.related?.[0]?.place).toMatchObject({ line: 4 })
  })

  it('what isn’t YAML in one file is told alone', () => {
    using folder = makeFolder({ 'p2pstream.yaml': `${MAIN}lisseners: 1\n`, 'conf.d/a.yaml': 'a: [' })
    expect(loadFolder(folder).outcome.diagnostics.map(({ code }) => code)).toEqual(['yaml/syntax'])
  })
})
