import { expect, test } from 'vitest'

import { concerns, difference, overtaken, type ServerChange } from './live'
import type { Cell } from './matrix'
import { NOTHING_PENDING, type Pending, pendingReducer } from './pending'

const change = (resource: ServerChange['resource'], path: string): ServerChange => ({
  resource,
  kind: 'update',
  environment: 'dev',
  path,
})
const cell = (version: number, updatedBy = 'ada') => ({ version, updatedBy }) as Cell
const rows = (cells: Record<string, Record<string, Cell>>) => ({
  rows: Object.entries(cells).map(([key, row]) => ({ key, cells: row })),
})
const edit = (pending: Pending, key: string, baseVersion: number) =>
  pendingReducer(pending, {
    type: 'edit',
    edits: [{ place: { environment: 'dev', folder: '/', key }, baseVersion, fields: { value: 'x' } }],
  })

test('only what the folder shows or hangs from concerns it', () => {
  expect(concerns(change('secret', '/app'), '/app')).toBe(true)
  expect(concerns(change('secret', '/app/db'), '/app')).toBe(false)
  expect(concerns(change('folder', '/app'), '/app')).toBe(true)
  expect(concerns(change('folder', '/'), '/app/db')).toBe(true)
  expect(concerns(change('folder', '/apple'), '/app')).toBe(false)
  expect(concerns({ resource: 'environment', kind: 'delete' }, '/app')).toBe(true)
})

test('a pending change made on an older version is overtaken, once', () => {
  let pending = edit(edit(edit(NOTHING_PENDING, 'FOO', 3), 'NEW', 0), 'GONE', 2)
  const now = rows({ FOO: { dev: cell(4) }, NEW: { prod: cell(1) } })
  const found = overtaken(pending.changes, '/', now)
  expect(found).toEqual([
    { key: 'dev\n/\nFOO', version: 4 },
    { key: 'dev\n/\nGONE', version: 0 },
  ])
  pending = pendingReducer(pending, { type: 'conflicts', found })
  expect(overtaken(pending.changes, '/', now)).toEqual([])
  expect(overtaken(pending.changes, '/other', now)).toEqual([])
})

test('a change on a newer version than the grid knows is not overtaken', () => {
  const pending = edit(NOTHING_PENDING, 'FOO', 5)
  expect(overtaken(pending.changes, '/', rows({ FOO: { dev: cell(4) } }))).toEqual([])
})

test('a key that somebody else made meanwhile overtakes a new one', () => {
  const pending = edit(NOTHING_PENDING, 'NEW', 0)
  expect(overtaken(pending.changes, '/', rows({ NEW: { dev: cell(1) } }))).toHaveLength(1)
})

test('the difference counts what others changed, made and deleted', () => {
  const before = rows({
    FOO: { dev: cell(1), prod: cell(1) },
    GONE: { dev: cell(1) },
    MINE: { dev: cell(1) },
  })
  const after = rows({
    FOO: { dev: cell(2, 'bob'), prod: cell(1) },
    NEW: { dev: cell(1, 'eve') },
    MINE: { dev: cell(2, 'me') },
  })
  expect(difference(before, after, 'me')).toEqual({ cells: 3, people: ['bob', 'eve'] })
  expect(difference(after, after, 'me')).toEqual({ cells: 0, people: [] })
})
