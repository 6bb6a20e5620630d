import { expect, test } from 'vitest'

import { compareLines, copyable, countStates } from './compare'
import type { Cell } from './matrix'
import { type Change, cellKey } from './pending'

const cell = (more: Partial<Cell> = {}) => ({ version: 1, mayRead: true, ...more }) as Cell
const NONE: ReadonlyMap<string, Change> = new Map()
const states = (cells: Record<string, Cell>, sides: [string, string]) =>
  compareLines([{ key: 'A', cells }], '/', sides, NONE).map((line) => line.state)

test('a key is on one side, on both with another value or the same, or on neither', () => {
  expect(states({ dev: cell() }, ['dev', 'prod'])).toEqual(['left-only'])
  expect(states({ prod: cell() }, ['dev', 'prod'])).toEqual(['right-only'])
  expect(states({ dev: cell(), prod: cell() }, ['dev', 'prod'])).toEqual(['different'])
  expect(states({ dev: cell(), prod: cell({ sameAs: 'dev' }) }, ['dev', 'prod'])).toEqual(['same'])
  expect(states({ dev: cell(), prod: cell({ sameAs: 'dev' }) }, ['prod', 'dev'])).toEqual(['same'])
  expect(states({ qa: cell() }, ['dev', 'prod'])).toEqual([])
})

test('two that equal a third are equal', () => {
  const cells = { dev: cell(), staging: cell({ sameAs: 'dev' }), prod: cell({ sameAs: 'dev' }) }
  expect(states(cells, ['staging', 'prod'])).toEqual(['same'])
})

test('of a value that may not be read nothing is said', () => {
  expect(states({ dev: cell({ mayRead: false }), prod: cell() }, ['dev', 'prod'])).toEqual(['unknown'])
})

test('what the other side imports is said to come from there and not copied with the missing ones', () => {
  const rows = ['A', 'B'].map((key) => ({ key, cells: { dev: cell() } }))
  const origin = { environment: 'staging', path: '/shared' }
  const imported = { dev: new Map([['B', origin]]), prod: new Map([['A', origin]]) }
  const lines = compareLines(rows, '/', ['dev', 'prod'], NONE, imported)
  expect(lines.map((line) => line.origin)).toEqual([origin, undefined])
  expect(copyable(lines, 'left').map((line) => line.key)).toEqual(['B'])
})

test('what is pending already or may not be read is not copied again', () => {
  const rows = ['A', 'B', 'C'].map((key) => ({ key, cells: { dev: cell({ mayRead: key !== 'C' }) } }))
  const place = { environment: 'prod', folder: '/', key: 'B' }
  const changes = new Map([[cellKey(place), { ...place, kind: 'create' as const, baseVersion: 0 }]])
  const lines = compareLines(rows, '/', ['dev', 'prod'], changes)
  expect(copyable(lines, 'left').map((line) => line.key)).toEqual(['A'])
  expect(copyable(lines, 'right')).toEqual([])
  expect(countStates(lines)['left-only']).toBe(3)
})
