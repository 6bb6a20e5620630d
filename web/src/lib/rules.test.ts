import { expect, test } from 'vitest'

import {
  draftOf,
  ORGANIZATION_RESOURCES,
  PROJECT_RESOURCES,
  parseRules,
  placeOfRule,
  type Rule,
  rulesOf,
  showRules,
  withTick,
} from './rules'

const again = (rules: Rule[]) => rulesOf(draftOf(rules, PROJECT_RESOURCES), PROJECT_RESOURCES)

test('what is allowed everywhere is ticked, and written as one rule for each resource', () => {
  const draft = draftOf(
    [
      { subject: 'tags', action: 'read' },
      { subject: 'secrets', action: ['edit', 'describeSecret'] },
      { subject: 'tags', action: ['create'] },
    ],
    PROJECT_RESOURCES,
  )
  expect(draft).toEqual({
    allows: { tags: ['read', 'create'], secrets: ['describeSecret', 'edit'] },
    rows: [],
  })
  expect(rulesOf(draft, PROJECT_RESOURCES)).toEqual([
    { subject: 'secrets', action: ['describeSecret', 'edit'] },
    { subject: 'tags', action: ['read', 'create'] },
  ])
})

test('reading secrets is both of its parts', () => {
  expect(again([{ subject: 'secrets', action: 'read' }])).toEqual([
    { subject: 'secrets', action: ['describeSecret', 'readValue'] },
  ])
})

test('rules for a place are rows, whichever way they are written', () => {
  const rules: Rule[] = [
    { subject: 'secrets', action: 'readValue', conditions: { environment: { $eq: 'dev' } } },
    {
      subject: 'secrets',
      action: ['edit'],
      inverted: true,
      conditions: { secretPath: { $glob: '/app/**' } },
    },
    { subject: 'secret-folders', action: ['read'], conditions: { environment: 'dev', secretPath: '/app' } },
  ]
  expect(draftOf(rules, PROJECT_RESOURCES).rows).toMatchObject([
    { kind: 'place', denies: false, environment: 'dev', path: '' },
    { kind: 'place', denies: true, environment: '', path: '/app/**' },
    { kind: 'place', denies: false, environment: 'dev', path: '/app' },
  ])
  expect(again(rules)).toEqual([
    { subject: 'secrets', action: ['readValue'], conditions: { environment: 'dev' } },
    ...rules.slice(1),
  ])
})

test('an allowance behind a denial of the same resource stays behind it', () => {
  const rules: Rule[] = [
    { subject: 'secrets', action: ['readValue'], inverted: true },
    { subject: 'secrets', action: ['readValue'] },
  ]
  expect(draftOf(rules, PROJECT_RESOURCES).allows).toEqual({})
  expect(again(rules)).toEqual(rules)
})

test.each<[string, Rule]>([
  [
    'another operator',
    { subject: 'secrets', action: ['edit'], conditions: { environment: { $in: ['dev'] } } },
  ],
  ['another field', { subject: 'secrets', action: ['edit'], conditions: { secretName: 'FOO' } }],
  ['a star that is no pattern', { subject: 'secrets', action: ['edit'], conditions: { secretPath: '/a*' } }],
  ['another resource', { subject: 'cmek', action: 'encrypt' }],
  ['another action', { subject: 'member', action: ['assume-privileges'] }],
  ['a denial of what is nowhere', { subject: 'member', action: ['read'], inverted: true }],
])('what cannot be shown is kept as it is: %s', (_, rule) => {
  expect(draftOf([rule], PROJECT_RESOURCES).rows).toEqual([{ kind: 'other', rule }])
  expect(again([rule])).toEqual([rule])
})

test('a path that looks like a pattern is sent as one, so that the server says if it knows none such', () => {
  const row = { kind: 'place' as const, denies: true, subject: 'secrets', actions: ['edit'], environment: '' }
  const conditionsOf = (path: string) =>
    rulesOf({ allows: {}, rows: [{ ...row, path }] }, PROJECT_RESOURCES)[0]?.conditions
  for (const path of ['/a/*', '/{a,b}', '/[ab]', '!/a']) {
    expect(conditionsOf(path)).toEqual({ secretPath: { $glob: path } })
  }
  expect(conditionsOf('/a')).toEqual({ secretPath: '/a' })
})

test('a tick is set and taken away, in the order of the resource', () => {
  const tags = PROJECT_RESOURCES.find((one) => one.subject === 'tags')
  if (!tags) throw new Error('no tags')
  const both = withTick(withTick({ allows: {}, rows: [] }, tags, 'edit', true), tags, 'read', true)
  expect(both.allows.tags).toEqual(['read', 'edit'])
  const none = withTick(withTick(both, tags, 'read', false), tags, 'edit', false)
  expect(rulesOf(none, PROJECT_RESOURCES)).toEqual([])
})

test('the place of a rule that was refused is found again', () => {
  const draft = draftOf(
    [
      { subject: 'tags', action: 'read' },
      { subject: 'secrets', action: ['edit'], conditions: { environment: 'dev' } },
    ],
    PROJECT_RESOURCES,
  )
  expect(placeOfRule(draft, PROJECT_RESOURCES, 0)).toEqual({ subject: 'tags' })
  expect(placeOfRule(draft, PROJECT_RESOURCES, 1)).toEqual({ row: 0 })
})

test('typed rules are read if they are rules', () => {
  const rules = [{ subject: 'role', action: ['read'] }]
  expect(parseRules(showRules(rules))).toEqual(rules)
  for (const bad of ['', '{}', '[1]', '[{"subject":"role"}]', '[{"subject":"role","action":[1]}]']) {
    expect(parseRules(bad)).toBeUndefined()
  }
  expect(draftOf(rules, ORGANIZATION_RESOURCES).allows).toEqual({ role: ['read'] })
})
