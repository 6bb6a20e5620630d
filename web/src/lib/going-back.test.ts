import { expect, test } from 'vitest'

import { countKinds, oldestKept, stepsBack } from './going-back'

const nothing = { wasThere: true, changes: [], folders: [], imports: [] }

test('what is gone is made again, what was made later is deleted, what differs is changed', () => {
  const changes = [
    { before: {}, secretPath: '/', name: 'GONE' },
    { after: {}, secretPath: '/a', name: 'LATER' },
    { before: {}, after: {}, secretPath: '/', name: 'CHANGED' },
  ]
  const steps = stepsBack([{ environment: 'dev', comparison: { ...nothing, changes } }])
  expect(steps.map(({ kind, path, name }) => `${kind} ${path} ${name}`)).toEqual([
    'create / GONE',
    'delete /a LATER',
    'update / CHANGED',
  ])
  expect(countKinds(steps)).toEqual({ create: 1, update: 1, delete: 1 })
})

test('folders and imports go back too', () => {
  const folders = [
    { pathBefore: '/a/b', pathAfter: null },
    { pathBefore: null, pathAfter: '/c' },
  ]
  const imports = [
    { secretPath: '/', before: { environment: 'prod', importPath: '/x', position: 1 }, after: null },
  ]
  const steps = stepsBack([{ environment: 'dev', comparison: { ...nothing, folders, imports } }])
  expect(steps.map(({ kind, what, path, name }) => `${kind} ${what} ${path} ${name}`)).toEqual([
    'create folder /a b',
    'delete folder / c',
    'create import / prod:/x',
  ])
})

test('an environment that was not there then stays as it is', () => {
  const changes = [{ after: {}, secretPath: '/', name: 'A' }]
  expect(stepsBack([{ environment: 'qa', comparison: { ...nothing, wasThere: false, changes } }])).toEqual([])
})

test('the refusal of a state that is not kept tells the oldest that is', () => {
  const message = 'The state at revision 3 is no longer kept; the oldest that is complete there is 14'
  expect(oldestKept(message)).toBe(14)
  expect(oldestKept('You may not')).toBeUndefined()
})
