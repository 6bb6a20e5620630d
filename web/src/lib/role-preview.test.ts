import { expect, test } from 'vitest'

import { changedWords, meaningOf } from './role-preview'

const reading = (least: string, most: string, secretCount: number | null) =>
  [{ action: 'readValue', least, most, secretCount }] as never

test('a draft is said in a sentence', () => {
  const environments = [
    { environment: 'dev', secrets: reading('all', 'all', 12) },
    { environment: 'staging', secrets: reading('none', 'some', 1) },
    { environment: 'prod', secrets: reading('denied', 'denied', 0) },
    { environment: 'test', secrets: reading('none', 'none', 0) },
  ]
  expect(meaningOf({ environments })).toBe(
    'reads 12 secrets in dev; reads 1 secret in some folders of staging; denies prod',
  )
  expect(meaningOf({ environments: environments.slice(3) })).toBe('reads no secrets')
})

test('changes are said by what they do', () => {
  const change = (
    action: string,
    before: string,
    after: string,
    granted: number | null,
    taken: number | null,
  ) => ({ subject: 'secrets', action, before, after, granted, taken }) as never
  expect(
    changedWords([
      change('readValue', 'some', 'all', 2, 0),
      change('edit', 'all', 'none', 0, 3),
      change('delete', 'none', 'denied', 0, 0),
    ]),
  ).toEqual([
    'grants Secrets: Read values (2 secrets)',
    'takes away Secrets: Edit (3 secrets)',
    'denies Secrets: Delete',
  ])
})
