import { expect, test } from 'vitest'

import { restoreFields } from './restore'

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
