import { expect, test } from 'vitest'

import { describeRule, timeLeft } from './privileges'

test('what is left of a time is said in its two largest units', () => {
  const now = Date.parse('2026-01-31T12:00:00Z')
  expect(timeLeft('2026-01-31T13:30:00Z', now)).toBe('1 h 30 min')
  expect(timeLeft('2026-02-03T12:00:00Z', now)).toBe('3 d')
  expect(timeLeft('2026-01-31T12:00:40Z', now)).toBe('40 s')
  expect(timeLeft('2026-01-31T12:00:00Z', now)).toBeUndefined()
})

test('a rule is said in a line', () => {
  expect(
    describeRule({
      subject: 'secrets',
      action: ['describeSecret', 'readValue'],
      conditions: { environment: 'dev', secretPath: { $glob: '/app/**' } },
    }),
  ).toBe('Secrets: See names, Read values in dev:/app/**')
  expect(describeRule({ subject: 'tags', action: 'edit', inverted: true })).toBe('not: Tags: Edit')
  expect(describeRule({ subject: 'secrets', action: 'edit', conditions: { secretName: 'A' } })).toBe(
    'Secrets: Edit {"secretName":"A"}',
  )
})
