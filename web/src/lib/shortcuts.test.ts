import { expect, test } from 'vitest'

import { pairs } from './shortcuts'

test('the second letter counts after the first, once and soon', () => {
  let time = 0
  const press = pairs('g', () => time)
  expect(press('s')).toBeUndefined()
  expect(press('g')).toBeUndefined()
  expect(press('s')).toBe('s')
  expect(press('s')).toBeUndefined()
  press('g')
  time = 1_501
  expect(press('s')).toBeUndefined()
})
