import { expect, test } from 'vitest'

import { type Change, cellKey } from './pending'
import { breaking, usesLeft } from './uses'

const place = (key: string) => ({ environment: 'dev', folder: '/', key })
const changes = (...list: Change[]) => new Map(list.map((one) => [cellKey(one), one]))
const change = (key: string, more: Partial<Change>): Change => ({
  ...place(key),
  kind: 'update',
  baseVersion: 1,
  ...more,
})

test('deletions and renames of what is there break references, other changes do not', () => {
  const all = changes(
    change('GONE', { kind: 'delete' }),
    change('OLD', { newKey: 'NEW' }),
    change('SAME', { newKey: 'SAME' }),
    change('VALUE', { value: 'x' }),
    change('MADE', { kind: 'create', baseVersion: 0, newKey: 'OTHER' }),
  )
  expect(breaking(all)).toEqual([place('GONE'), place('OLD')])
})

test('what is deleted as well does not count as a user', () => {
  const uses = { places: [place('A'), place('B')], isComplete: true }
  const all = changes(change('A', { kind: 'delete' }))
  expect(usesLeft(uses, all)?.places).toEqual([place('B')])
  expect(usesLeft({ places: [place('A')], isComplete: true }, all)).toBeUndefined()
  expect(usesLeft({ places: [], isComplete: false }, all)?.isComplete).toBe(false)
  expect(usesLeft(undefined, all)).toBeUndefined()
})
