import { expect, test } from 'vitest'

import { crumbs, shortened } from './crumbs'

const names = (all: { name: string }[]) => all.map((one) => one.name).join()

test('each part of a path leads to its folder', () => {
  expect(crumbs('/')).toEqual([])
  expect(crumbs('/app/db')).toEqual([
    { name: 'app', path: '/app' },
    { name: 'db', path: '/app/db' },
  ])
})

test('a deep path keeps its beginning and its end', () => {
  expect(shortened(crumbs('/a/b/c/d'))).toMatchObject({ first: [], hidden: [] })
  const deep = shortened(crumbs('/a/b/c/d/e/f'))
  expect([names(deep.first), names(deep.hidden), names(deep.last)]).toEqual(['a', 'b,c,d', 'e,f'])
  expect(deep.hidden.at(-1)?.path).toBe('/a/b/c/d')
})
