import { expect, test } from 'vitest'

import { isBelow, withoutBase } from './base'

test('the base path is left out of an address, whole parts only', () => {
  expect(withoutBase('/tacit/org/1', '/tacit')).toBe('/org/1')
  expect(withoutBase('/tacit', '/tacit')).toBe('/')
  expect(withoutBase('/tacitly', '/tacit')).toBe('/tacitly')
  expect(withoutBase('/org/1', '')).toBe('/org/1')
})

test('what is not below the base path is of another service', () => {
  expect(isBelow('/tacit/login', '/tacit')).toBe(true)
  expect(isBelow('/tacit', '/tacit')).toBe(true)
  expect(isBelow('/tacitly', '/tacit')).toBe(false)
  expect(isBelow('/anything', '')).toBe(true)
})
