import { expect, test } from 'vitest'

import { cellFacts } from './cell-facts'
import type { Cell } from './matrix'
import { text } from './text'

const cell = (more: Partial<Cell>) => ({ mayRead: true, ...more }) as Cell

test('a shown value beside ones own is said to be the shared one', () => {
  expect(cellFacts(cell({ hasOverride: true }), undefined, true)).toEqual(['shared value'])
  expect(cellFacts(cell({ hasOverride: true }), undefined, false)).toEqual([])
  expect(cellFacts(cell({ hasOverride: false }), undefined, true)).toEqual([])
})

test('a damaged value is said to be so before anybody wants to see it', () => {
  expect(cellFacts(cell({ isDamaged: true }), undefined, false)).toEqual([text.grid.damaged])
})

test('what is known of a value is listed', () => {
  const known = cell({ isReference: true, isMultiline: true, mayRead: false })
  expect(cellFacts(known, 'Production', false)).toEqual([
    'hidden from you',
    'reference',
    'several lines',
    'same as Production',
  ])
})
