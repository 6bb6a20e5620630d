import { expect, test } from 'vitest'

import { actorOf, keyOf, memberRows, treeRows } from './access'
import { csvOf } from './csv'

test('a review for a spreadsheet says who may do what where, and is no formula', () => {
  const rights = [
    { subject: 'secrets', action: 'describeSecret', extent: 'all', secretCount: 2 },
    { subject: 'secrets', action: 'readValue', extent: 'some', secretCount: 1 },
    { subject: 'secrets', action: 'edit', extent: 'denied', secretCount: 0 },
  ] as const
  const place = { environment: 'dev', secretPath: '/a,b', secretCount: 2, rights: [...rights] }
  expect(csvOf(treeRows('=ada@example.com', [place])).split('\r\n')[1]).toBe(
    `'=ada@example.com,dev,"/a,b",2,yes,some (1),no,denied,no,no,no`,
  )
  const member = {
    type: 'user' as const,
    id: '1',
    name: '@ada',
    rights: [],
    sources: [
      {
        id: '1',
        kind: 'role' as const,
        role: 'viewer',
        givenBy: 'group' as const,
        group: { id: '2', name: 'Ops' },
        isTemporary: false,
        endsAt: null,
      },
    ],
  }
  expect(csvOf(memberRows('dev', '/', [member])).split('\r\n')[1]).toBe(
    `dev,/,user,'@ada,no,no,no,no,no,no,no,viewer (Ops)`,
  )
})

test('a member is one text and back', () => {
  expect(actorOf(keyOf({ type: 'group', id: 'x' }))).toEqual({ type: 'group', id: 'x' })
  expect(actorOf('robot:x')).toBeUndefined()
  expect(actorOf('')).toBeUndefined()
})
