import { expect, test } from 'vitest'

import { comparedWith, restoreFields } from './restore'

const version = { secretComment: 'why', tags: [{ id: 'a' }, { id: 'gone' }] }

test('what an old version had is restored only where it differs', () => {
  const present = { comment: 'why', tagIds: ['a'] }
  expect(restoreFields(version, 'old', present, ['a', 'b'])).toEqual({ value: 'old' })
})

test('comment and tags come back with the value, but no tag that was deleted', () => {
  const present = { comment: 'other', tagIds: ['b', 'a'] }
  expect(restoreFields(version, '', present, ['a', 'b'])).toEqual({
    value: '',
    comment: 'why',
    tagIds: ['a'],
  })
})

test('a version is compared with the one before it or the present one, the older first', () => {
  const versions = ['v3', 'v2', 'v1']
  expect(comparedWith(versions, 0, 'before')).toEqual(['v2', 'v3'])
  expect(comparedWith(versions, 2, 'before')).toBeUndefined()
  expect(comparedWith(versions, 2, 'present')).toEqual(['v1', 'v3'])
  expect(comparedWith(versions, 0, 'present')).toBeUndefined()
})
