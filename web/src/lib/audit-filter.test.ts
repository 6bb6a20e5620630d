import { expect, test } from 'vitest'

import { GROUPS, hiddenCount, NO_FILTER, wireFilter } from './audit-filter'

const NOW = Date.parse('2026-01-31T12:00:00Z')

test('by default the last hour is shown and nothing else narrows it', () => {
  const sent = Object.entries(wireFilter(NO_FILTER, NOW)).filter(([, value]) => value !== undefined)
  expect(sent).toEqual([['startDate', '2026-01-31T11:00:00.000Z']])
})

test('a range of its own has a beginning and an end, each of which may be missing', () => {
  const filter = { ...NO_FILTER, range: 'custom', from: '2026-01-01T10:00', to: '' }
  expect(wireFilter(filter, NOW).startDate).toBe(new Date('2026-01-01T10:00').toISOString())
  expect(wireFilter(filter, NOW).endDate).toBeUndefined()
  expect(wireFilter({ ...filter, from: 'nonsense' }, NOW).startDate).toBeUndefined()
})

test('the name of an event goes before a group of them', () => {
  expect(wireFilter({ ...NO_FILTER, group: 'folders' }, NOW).eventType).toBe(GROUPS.folders.join(','))
  expect(wireFilter({ ...NO_FILTER, group: 'folders', event: ' get-tag ' }, NOW).eventType).toBe('get-tag')
  expect(wireFilter({ ...NO_FILTER, group: 'constructor' }, NOW).eventType).toBeUndefined()
})

test('every field reaches the server under its name', () => {
  const filter = {
    ...NO_FILTER,
    actor: 'a',
    project: 'p',
    environment: 'dev',
    path: '/x',
    secret: 'FOO',
    source: 'cli',
    address: '10.0.0.1',
    result: 'denied',
  }
  expect(wireFilter(filter, NOW)).toMatchObject({
    actor: 'a',
    projectId: 'p',
    environment: 'dev',
    secretPath: '/x',
    secretKey: 'FOO',
    userAgentType: 'cli',
    ipAddress: '10.0.0.1',
    result: 'denied',
  })
  expect(hiddenCount(filter)).toBe(5)
})
