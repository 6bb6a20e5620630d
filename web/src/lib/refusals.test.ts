import { expect, test } from 'vitest'

import { decisionOf, rememberRefusal } from './refusals'

test('the newest decision of a text is remembered, and not for ever', () => {
  rememberRefusal('no', 'one')
  rememberRefusal('no', 'two')
  expect(decisionOf('no')).toBe('two')
  expect(decisionOf('yes')).toBeUndefined()
  for (let count = 0; count < 60; count += 1) rememberRefusal(`text ${count}`, 'x')
  expect(decisionOf('no')).toBeUndefined()
  expect(decisionOf('text 59')).toBe('x')
})
