import { expect, test } from 'vitest'

import { type GridCell, gridLines, missingCounts } from './grid-model'
import { NOTHING_PENDING, pendingReducer } from './pending'

const cell = (is: Partial<GridCell> = {}): GridCell => ({
  tagIds: [],
  isEmpty: false,
  isReference: false,
  hasComment: false,
  hasOverride: false,
  ...is,
})
const rows: { key: string; cells: Record<string, GridCell> }[] = [
  { key: 'API_KEY', cells: { dev: cell({ tagIds: ['t1'], isReference: true }), prod: cell() } },
  { key: 'DB_URL', cells: { dev: cell() } },
]
const { changes } = pendingReducer(NOTHING_PENDING, {
  type: 'edit',
  edits: [
    { place: { environment: 'dev', folder: '/', key: 'NEW' }, baseVersion: 0, fields: { value: 'x' } },
    { place: { environment: 'prod', folder: '/', key: 'DB_URL' }, baseVersion: 0, fields: { value: 'x' } },
    {
      place: { environment: 'dev', folder: '/other', key: 'ELSEWHERE' },
      baseVersion: 0,
      fields: { value: 'x' },
    },
  ],
})
const SOURCE = { environment: 'prod', path: '/shared' }
const IMPORTED = {
  prod: new Map([
    ['DB_URL', SOURCE],
    ['SHARED', SOURCE],
  ]),
}
const names = (filter: string, pending = true, withImports = false) =>
  gridLines({
    rows,
    imports: withImports ? [{ kind: 'import', source: SOURCE, places: {} }] : [],
    imported: withImports ? IMPORTED : {},
    folders: [{ name: 'api', environments: ['dev'] }],
    folder: '/',
    environments: ['dev', 'prod'],
    changes: pending ? changes : new Map(),
    filter,
    tagNames: new Map([['t1', 'Payments']]),
  }).map((line) => {
    if (line.kind === 'key') return line.key
    return line.kind === 'folder' ? `${line.name}/` : `< ${line.source.path}`
  })

test('folders come first, then new keys, then those of the server', () => {
  expect(names('')).toEqual(['api/', 'NEW', 'API_KEY', 'DB_URL'])
})

test('words are looked for in keys, all of them', () => {
  expect(names('api')).toEqual(['api/', 'API_KEY'])
  expect(names('key API')).toEqual(['API_KEY'])
  expect(names('nothing')).toEqual([])
})

test('tag: and is: look at tags and states', () => {
  expect(names('is:reference')).toEqual(['API_KEY'])
  expect(names('is:override')).toEqual([])
  expect(names('tag:payments')).toEqual(['API_KEY'])
  expect(names('is:missing', false)).toEqual(['DB_URL'])
  expect(names('is:missing')).toEqual(['NEW'])
  expect(names('is:changed')).toEqual(['NEW', 'DB_URL'])
})

test('missing keys are counted by environment', () => {
  expect(missingCounts(rows, ['dev', 'prod'], {})).toEqual({ dev: 0, prod: 1 })
  expect(missingCounts(rows, ['dev', 'prod'], IMPORTED)).toEqual({ dev: 0, prod: 0 })
})

test('imports are lines, and what they bring is there without being missing', () => {
  expect(names('', false, true)).toEqual(['api/', '< /shared', 'API_KEY', 'DB_URL', 'SHARED'])
  expect(names('is:imported', false, true)).toEqual(['DB_URL', 'SHARED'])
  expect(names('is:missing', false, true)).toEqual(['SHARED'])
  expect(names('shared', false, true)).toEqual(['< /shared', 'SHARED'])
})
