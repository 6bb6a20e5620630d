import { expect, test } from 'vitest'

import { readMatrix, unrolled, type WireMatrix } from './matrix'

const WIRE: WireMatrix = {
  revision: 7,
  environments: [
    { slug: 'dev', name: 'Development', folderId: 'f1', can: { describe: true } },
    { slug: 'prod', name: 'Production', folderId: null, can: { describe: false } },
  ],
  tags: [{ id: 't1' }],
  changes: [[1_764_050_000_000, 'user', 'u1', 'ada@example.com']],
  keys: ['API_KEY', 'FOO'],
  columns: [
    { version: [3, 0], flags: [8 + 2, 0], change: [0, 0], sameAs: [0, 0], tags: { '0': [0] } },
    { version: [1, 2], flags: [32 + 64, 1], change: [0, 0], sameAs: [1, 0], tags: {} },
  ],
  folders: [{ name: 'api', ids: ['f2', null] }],
}

test('columns become rows, and a version of 0 is no secret', () => {
  const { rows } = readMatrix(WIRE)
  expect(rows.map((row) => [row.key, Object.keys(row.cells)])).toEqual([
    ['API_KEY', ['dev', 'prod']],
    ['FOO', ['prod']],
  ])
})

test('flags, tags, authors and equal values are taken over', () => {
  const [row] = readMatrix(WIRE).rows
  expect(row?.cells.dev).toMatchObject({ hasComment: true, isReference: true, mayRead: true, tagIds: ['t1'] })
  expect(row?.cells.dev).toMatchObject({ updatedBy: 'ada@example.com', sameAs: undefined })
  expect(row?.cells.prod).toMatchObject({ mayRead: false, mayEdit: false, mayDelete: true, sameAs: 'dev' })
})

test('folders say which environments have them', () => {
  expect(readMatrix(WIRE).folders).toEqual([{ name: 'api', environments: ['dev'] }])
})

test('a run is written out', () => {
  expect(unrolled([7, -3, 2])).toEqual([7, 7, 7, 7, 2])
  expect(unrolled([0, -9999])).toHaveLength(10_000)
  expect(unrolled([])).toEqual([])
})
