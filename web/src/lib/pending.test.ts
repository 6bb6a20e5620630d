import { expect, test } from 'vitest'

import {
  type Action,
  cellKey,
  countByEnvironment,
  NOTHING_PENDING,
  type Pending,
  pendingReducer,
} from './pending'

const FOO = { environment: 'dev', folder: '/', key: 'FOO' }
const after = (...actions: Action[]): Pending => actions.reduce(pendingReducer, NOTHING_PENDING)
const edit = (value: string, baseVersion = 0): Action => ({
  type: 'edit',
  edits: [{ place: FOO, baseVersion, fields: { value } }],
})
const remove = (baseVersion: number): Action => ({ type: 'delete', cells: [{ place: FOO, baseVersion }] })
const only = (pending: Pending) => pending.changes.get(cellKey(FOO))

test('a value for a secret that is not there is a creation, another one an update', () => {
  expect(only(after(edit('a')))).toMatchObject({ kind: 'create', value: 'a', baseVersion: 0 })
  expect(only(after(edit('a', 3)))).toMatchObject({ kind: 'update', value: 'a', baseVersion: 3 })
})

test('the version a change was first made on stays, whatever the grid has learnt since', () => {
  expect(only(after(edit('a', 3), edit('b', 5)))).toMatchObject({ value: 'b', baseVersion: 3 })
})

test('fields are changed one by one', () => {
  const comment: Action = {
    type: 'edit',
    edits: [{ place: FOO, baseVersion: 3, fields: { comment: 'why' } }],
  }
  expect(only(after(edit('a', 3), comment))).toMatchObject({ value: 'a', comment: 'why' })
  expect(only(after(comment))).not.toHaveProperty('value')
})

test('deleting what was only about to be added leaves nothing', () => {
  expect(after(edit('a'), remove(0)).changes.size).toBe(0)
})

test('a deletion forgets the value, and editing a deleted secret keeps it', () => {
  expect(only(after(edit('a', 3), remove(3)))).toEqual({ ...FOO, kind: 'delete', baseVersion: 3 })
  expect(only(after(remove(3), edit('b', 3)))).toMatchObject({ kind: 'update', value: 'b' })
})

test('every step can be undone and done again, and a new one ends the way forward', () => {
  const undone = after(edit('a'), edit('b'), { type: 'undo' })
  expect(only(undone)?.value).toBe('a')
  expect(only(pendingReducer(undone, { type: 'redo' }))?.value).toBe('b')
  const elsewhere = pendingReducer(undone, edit('c'))
  expect(only(pendingReducer(elsewhere, { type: 'redo' }))?.value).toBe('c')
  expect(only(after({ type: 'undo' }))).toBeUndefined()
})

test('undo brings discarded changes back', () => {
  expect(only(after(edit('a'), { type: 'discard-all' }, { type: 'undo' }))?.value).toBe('a')
})

test('what was committed is gone and cannot be undone here', () => {
  const committed = after(edit('a'), { type: 'committed', keys: [cellKey(FOO)] })
  expect(committed.changes.size).toBe(0)
  expect(pendingReducer(committed, { type: 'undo' }).changes.size).toBe(0)
})

test('a refused change stays with what the server has, and can be put on top of it', () => {
  const refused = after(edit('a', 3), { type: 'conflicts', found: [{ key: cellKey(FOO), version: 4 }] })
  expect(only(refused)).toMatchObject({ value: 'a', baseVersion: 3, conflict: 4 })
  const kept = pendingReducer(refused, { type: 'keep-mine', key: cellKey(FOO) })
  expect(only(kept)).toMatchObject({ kind: 'update', baseVersion: 4 })
  expect(only(kept)).not.toHaveProperty('conflict')
})

test('an update of a secret that was deleted meanwhile becomes a creation, a deletion becomes nothing', () => {
  const gone: Action = { type: 'conflicts', found: [{ key: cellKey(FOO), version: 0 }] }
  const keep: Action = { type: 'keep-mine', key: cellKey(FOO) }
  expect(only(after(edit('a', 3), gone, keep))).toMatchObject({ kind: 'create', baseVersion: 0 })
  expect(after(remove(3), gone, keep).changes.size).toBe(0)
})

test('a creation that met a secret made meanwhile becomes an update of it', () => {
  const made: Action = { type: 'conflicts', found: [{ key: cellKey(FOO), version: 1 }] }
  expect(only(after(edit('a'), made, { type: 'keep-mine', key: cellKey(FOO) }))).toMatchObject({
    kind: 'update',
    baseVersion: 1,
  })
})

test('changes are counted by environment in the order of the project', () => {
  const many: Action = {
    type: 'edit',
    edits: ['prod', 'dev', 'dev2', 'dev'].map((environment, at) => ({
      place: { environment, folder: '/', key: `K${at}` },
      baseVersion: 0,
      fields: { value: '' },
    })),
  }
  expect(countByEnvironment(after(many).changes, ['dev', 'prod'])).toEqual([
    { environment: 'dev', count: 2 },
    { environment: 'prod', count: 1 },
    { environment: 'dev2', count: 1 },
  ])
})
