import { expect, test } from 'vitest'

import { type AuditEvent, actorName, actorNames, sentenceOf } from './audit-events'

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

const event = (more: Partial<AuditEvent>): AuditEvent => ({
  id: 'e1',
  createdAt: '2026-01-31T12:00:00.000Z',
  eventType: 'get-secret',
  eventMetadata: { environment: 'prod', secretPath: '/app', secretKey: 'FOO' },
  ipAddress: '10.0.0.1',
  userAgent: 'curl',
  userAgentType: 'other',
  projectId: 'p',
  projectName: 'Shop',
  result: 'allowed',
  actor: person,
  ...more,
})

test('an event is told as a sentence', () => {
  expect(sentenceOf(event({}))).toBe('ada@example.com read secret FOO in prod:/app of Shop.')
  expect(sentenceOf(event({ result: 'denied' }))).toBe(
    'ada@example.com was refused: get secret FOO in prod:/app of Shop.',
  )
  expect(sentenceOf(event({ eventType: 'user-login', eventMetadata: {}, projectName: null }))).toBe(
    'ada@example.com signed in.',
  )
  for (const [eventType, sentence] of [
    ['add-identity-to-project', 'ada@example.com added identity to Shop.'],
    ['create-project', 'ada@example.com created the project Shop.'],
    ['login-identity-universal-auth', 'ada@example.com signed in with Universal Auth.'],
    ['login-identity-jwt-auth', 'ada@example.com signed in with JWT Auth.'],
    ['update-identity-jwt-auth', 'ada@example.com changed identity jwt auth of Shop.'],
  ] as const)
    expect(sentenceOf(event({ eventType, eventMetadata: {} }))).toBe(sentence)
  expect(
    sentenceOf(event({ eventType: 'create-folder', eventMetadata: { name: 'api' }, actor: machine })),
  ).toBe('ci created folder api of Shop.')
})
