import { expect, test } from 'vitest'

import { rowsInView } from './row-window'

test('only rows in view and a few around them are drawn', () => {
  expect(rowsInView(0, 360, 36, 10_000)).toEqual({ first: 0, end: 18 })
  expect(rowsInView(36_000, 360, 36, 10_000)).toEqual({ first: 992, end: 1018 })
})

test('the window never reaches past the rows there are', () => {
  expect(rowsInView(359_640, 360, 36, 10_000)).toEqual({ first: 9982, end: 10_000 })
  expect(rowsInView(5000, 360, 36, 3)).toEqual({ first: 3, end: 3 })
  expect(rowsInView(0, 360, 36, 0)).toEqual({ first: 0, end: 0 })
})
