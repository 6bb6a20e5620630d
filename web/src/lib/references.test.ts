import { expect, test } from 'vitest'

import {
  completed,
  foldersOf,
  placeOf,
  referencesOf,
  suggestionsFor,
  typedReference,
  unresolvedOf,
} from './references'

const ENVIRONMENTS = ['dev', 'prod']
const NAMES = { here: ['DB_HOST', 'HOST', 'bad name', 'ÜBER'], environments: ENVIRONMENTS }
const labels = (inner: string, names: Parameters<typeof suggestionsFor>[1] = NAMES) =>
  suggestionsFor(inner, names).map((one) => one.label)

test('references are read as the server reads them', () => {
  const names = (value: string) =>
    referencesOf(value).map((one) => `${one.environment ?? ''}:${one.folder}:${one.key}`)
  expect(names('postgres://${prod.DB_HOST}/${NAME}?x=${dev.a.b.C}')).toEqual([
    'prod:/:DB_HOST',
    ':/:NAME',
    'dev:/a/b:C',
  ])
  expect(names('${VAR:-x} ${} $NAME ${ A } ${a..b} ${.a} ${a.} ${OPEN')).toEqual([])
  expect(names('$${A}')).toEqual([':/:A'])
})

test('a reference is being typed from its opening to the caret', () => {
  expect(typedReference('a${', 3)).toEqual({ from: 3, inner: '' })
  expect(typedReference('a${prod.D', 9)).toEqual({ from: 3, inner: 'prod.D' })
  expect(typedReference('a${A} b', 7)).toBeUndefined()
  expect(typedReference('a${A b', 6)).toBeUndefined()
  expect(typedReference('$', 1)).toBeUndefined()
  expect(typedReference('${DB}', 3)).toBeUndefined()
})

test('an environment and folders before the last dot name a place', () => {
  expect(placeOf('prod.', ENVIRONMENTS)).toEqual({ environment: 'prod', folder: '/' })
  expect(placeOf('prod.a.b.C', ENVIRONMENTS)).toEqual({ environment: 'prod', folder: '/a/b' })
  expect(placeOf('prod', ENVIRONMENTS)).toBeUndefined()
  expect(placeOf('nope.', ENVIRONMENTS)).toBeUndefined()
})

test('names here come first, those that begin as typed before others, then environments', () => {
  expect(labels('')).toEqual(['DB_HOST', 'HOST', 'ÜBER', 'dev.', 'prod.'])
  expect(labels('host')).toEqual(['HOST', 'DB_HOST'])
  expect(labels('pr')).toEqual(['prod.'])
  expect(labels('nope.')).toEqual([])
})

test('after an environment its keys and folders are offered, and the folders go on', () => {
  const there = { keys: ['TOKEN', 'DB'], folders: ['db'] }
  expect(suggestionsFor('prod.d', { ...NAMES, there })).toEqual([
    { kind: 'key', insert: 'prod.DB}', label: 'DB' },
    { kind: 'folder', insert: 'prod.db.', label: 'db.' },
  ])
  expect(labels('prod.')).toEqual([])
})

test('a suggestion takes the place of what was typed, with one end', () => {
  const key = { kind: 'key' as const, insert: 'DB}', label: 'DB' }
  expect(completed('a${d b', 4, { from: 3, inner: 'd' }, key)).toEqual({ value: 'a${DB} b', caret: 6 })
  expect(completed('a${} b', 3, { from: 3, inner: '' }, key)).toEqual({ value: 'a${DB} b', caret: 6 })
})

test('references to nothing are told, each once, and unknown ones are not', () => {
  const knows = (environment: string, folder: string, key: string) =>
    environment === 'qa' ? undefined : `${environment}:${folder}:${key}` === 'dev:/a:HERE'
  const value = '${HERE} ${LOST} ${LOST} ${prod.HERE} ${dev.a.HERE} ${qa.X}'
  const written = { environment: 'dev', folder: '/a', value }
  expect(unresolvedOf(written, knows)).toEqual(['${LOST}', '${prod.HERE}'])
  expect(foldersOf([written])).toEqual(['/', '/a'])
})
