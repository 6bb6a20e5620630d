import { expect, test } from 'vitest'

import { actorName, actorNames } from './audit-events'

const person = { type: 'user', metadata: { userId: '1', email: 'ada@example.com', username: null } }
const machine = { type: 'identity', metadata: { identityId: '2', name: 'ci' } }

test('an actor goes by the name that the event recorded, else by its kind', () => {
  expect(actorName(person)).toBe('ada@example.com')
  expect(actorName(machine)).toBe('ci')
  expect(actorName({ type: 'platform', metadata: { name: '' } })).toBe('platform')
})

test('names of several events come once each, the latest first', () => {
  expect(actorNames([{ actor: machine }, { actor: person }, { actor: machine }])).toEqual([
    'ci',
    'ada@example.com',
  ])
})
