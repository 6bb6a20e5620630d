import { expect, test } from 'vitest'

import { type GivenRole, grantsOf, grantsToAdd, wireOf } from './given-roles'

const NOW = new Date('2026-01-31T12:00:00Z')
const START = '2026-01-31T11:30:00Z'

const given = (change: Partial<GivenRole>): GivenRole => ({
  id: '1',
  role: 'viewer',
  customRoleName: null,
  customRoleSlug: null,
  isTemporary: false,
  temporaryRange: null,
  temporaryAccessStartTime: null,
  temporaryAccessEndTime: null,
  ...change,
})
const hour = {
  isTemporary: true,
  temporaryRange: '1h',
  temporaryAccessStartTime: START,
  temporaryAccessEndTime: '2026-01-31T12:30:00Z',
}

test('what a member has can be given again as it is: a temporary role ends when it did', () => {
  const roles = [given({}), given({ role: 'custom', customRoleSlug: 'app-reader', ...hour })]
  const grants = grantsOf(roles, NOW)
  expect(grants).toEqual([
    { role: 'viewer', range: '' },
    { role: 'app-reader', range: '1h', start: START },
  ])
  expect(wireOf(grants, NOW)[1]).toMatchObject({ temporaryRange: '1h', temporaryAccessStartTime: START })
})

test('a role that has ended is not given again', () => {
  expect(grantsOf([given(hour)], new Date('2026-01-31T12:30:00Z'))).toEqual([])
})

test('a new temporary role begins now', () => {
  expect(
    wireOf(
      [
        { role: 'admin', range: '8h' },
        { role: 'viewer', range: '' },
      ],
      NOW,
    ),
  ).toEqual([
    {
      role: 'admin',
      isTemporary: true,
      temporaryMode: 'relative',
      temporaryRange: '8h',
      temporaryAccessStartTime: '2026-01-31T12:00:00.000Z',
    },
    { role: 'viewer' },
  ])
})

test('a role for a while is given beside one for good that allows nothing', () => {
  expect(grantsToAdd('viewer', '')).toEqual([{ role: 'viewer', range: '' }])
  expect(grantsToAdd('viewer', '1h')).toEqual([
    { role: 'no-access', range: '' },
    { role: 'viewer', range: '1h' },
  ])
})
