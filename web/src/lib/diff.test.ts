import { expect, test } from 'vitest'

import { diff } from './diff'

const shown = (before: string, after: string) =>
  diff(before, after)
    .map(({ text, change }) => ({ same: text, added: `[+${text}]`, removed: `[-${text}]` })[change])
    .join('')

test('values of one line are compared by letters', () => {
  expect(shown('postgres://old/db', 'postgres://new/db')).toBe('postgres://[-old][+new]/db')
  expect(shown('', 'x')).toBe('[+x]')
  expect(shown('same', 'same')).toBe('same')
})

test('values of several lines are compared by lines', () => {
  expect(shown('a\nb\nc', 'a\nB\nc')).toBe('a\n[-b\n][+B\n]c')
})

test('the pieces make up both values, also of long ones', () => {
  const before = 'a'.repeat(900) + 'x'.repeat(900)
  const after = 'b'.repeat(900) + 'x'.repeat(900)
  const side = (change: string) =>
    diff(before, after).filter((one) => one.change === 'same' || one.change === change)
  expect(
    side('removed')
      .map((one) => one.text)
      .join(''),
  ).toBe(before)
  expect(
    side('added')
      .map((one) => one.text)
      .join(''),
  ).toBe(after)
})
