import { expect, test } from 'vitest'

import { NOTHING_PENDING, type Pending, pendingReducer } from './pending'
import { pendingIn } from './pending-folders'

const edit = (pending: Pending, environment: string, folder: string) =>
  pendingReducer(pending, {
    type: 'edit',
    edits: [{ place: { environment, folder, key: 'FOO' }, baseVersion: 1, fields: { value: 'x' } }],
  })
const PLACES = [
  ['dev', '/app'],
  ['dev', '/app/db'],
  ['dev', '/apple'],
  ['prod', '/app'],
] as const
const pending = PLACES.reduce((all, [environment, folder]) => edit(all, environment, folder), NOTHING_PENDING)
const where = { folder: '/app', environments: ['dev'] }
const places = ({ changes }: Pending) =>
  [...changes.values()].map((one) => `${one.environment}:${one.folder}`)

test('changes go with a folder that gets another name, in its environments only', () => {
  const after = pendingReducer(pending, { type: 'folder-renamed', where, to: '/web' })
  expect(places(after)).toEqual(['dev:/web', 'dev:/web/db', 'dev:/apple', 'prod:/app'])
  expect(after.past).toEqual([])
})

test('changes go with a folder that is deleted', () => {
  expect(pendingIn(pending.changes, where)).toHaveLength(2)
  const after = pendingReducer(pending, { type: 'folder-deleted', where })
  expect(places(after)).toEqual(['dev:/apple', 'prod:/app'])
})
