import { expect, test } from 'vitest'

import { authMethods as words } from '~/lib/text/auth-methods'
import { methodNamed } from '.'
import { draftOf, placeIssues, readDraft, whoIsLetIn, withoutSecrets } from './draft'
import type { Field, Settings } from './method'
import { readProof, sayCheck } from './proof'
import { TOKEN_FIELDS } from './tables/tokens'
import { expiryOf } from './token'

const fields = (name: string): readonly Field[] => methodNamed(name)?.fields ?? []
const PEM = '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----'

const JWT: Settings = {
  configurationType: 'static',
  jwksUrl: '',
  jwksCaCert: '',
  publicKeys: [PEM, PEM],
  boundIssuer: 'https://issuer.example.com',
  boundAudiences: 'a, b',
  boundClaims: { ref: 'main' },
  boundSubject: 'repo:acme/*',
}

test('what is not touched is sent back as it came', () => {
  const draft = draftOf(fields('jwt-auth'), JWT)
  expect(readDraft(fields('jwt-auth'), draft)).toEqual({ body: JWT, problems: {} })
})

test('what another choice hides is emptied', () => {
  const draft = { ...draftOf(fields('jwt-auth'), JWT), configurationType: 'jwks', jwksUrl: 'https://x.test' }
  const { body } = readDraft(fields('jwt-auth'), draft)
  expect(body).toMatchObject({ configurationType: 'jwks', jwksUrl: 'https://x.test', publicKeys: [] })
})

test('an object holds only what its kind has', () => {
  const start = draftOf(fields('spiffe-auth'))
  const read = (change: object) => readDraft(fields('spiffe-auth'), { ...start, ...change }).body
  expect(read({ 'trustBundleDistribution.endpointUrl': 'https://x.test' }).trustBundleDistribution).toEqual({
    profile: 'https_web_bundle',
    endpointUrl: 'https://x.test',
    caCert: '',
    refreshHintSeconds: 3600,
  })
  const given = { 'trustBundleDistribution.profile': 'static', 'trustBundleDistribution.bundle': '{}' }
  expect(read(given).trustBundleDistribution).toEqual({ profile: 'static', bundle: '{}' })
})

test('an empty credential is not sent, and one is taken away on purpose only', () => {
  const start = draftOf(fields('kubernetes-auth'), {
    kubernetesHost: 'https://k8s.test',
    tokenReviewerJwt: 's',
  })
  const read = (value: string | null) =>
    readDraft(fields('kubernetes-auth'), { ...start, tokenReviewerJwt: value }).body
  expect(start.tokenReviewerJwt).toBe('')
  expect('tokenReviewerJwt' in read('')).toBe(false)
  expect(read('new').tokenReviewerJwt).toBe('new')
  expect(read(null).tokenReviewerJwt).toBe(null)
})

test('credentials that the server tells are forgotten', () => {
  const settings = { url: 'ldaps://x', bindPass: 's3cret' }
  expect(withoutSecrets(fields('ldap-auth'), settings)).toEqual({
    settings: { url: 'ldaps://x' },
    stored: ['bindPass'],
  })
})

test('keys are told apart, and what is no key is refused', () => {
  const read = (publicKeys: string) =>
    readDraft(fields('jwt-auth'), { ...draftOf(fields('jwt-auth'), JWT), publicKeys })
  expect(read(`  ${PEM}\n\n${PEM}`).body.publicKeys).toEqual([PEM, PEM])
  expect(read(`${PEM} x`).problems).toEqual({ publicKeys: words.badKeys })
})

test('lines of claims need a name and a value; empty lines say nothing', () => {
  const read = (boundClaims: { key: string; value: string }[]) =>
    readDraft(fields('jwt-auth'), { ...draftOf(fields('jwt-auth'), JWT), boundClaims })
  expect(
    read([
      { key: ' ref ', value: 'main ' },
      { key: '', value: '' },
    ]).body.boundClaims,
  ).toEqual({
    ref: 'main',
  })
  expect(read([{ key: 'ref', value: '' }]).problems).toEqual({ boundClaims: words.badPairs })
})

test('times, numbers and addresses are read, and said to be wrong where they are', () => {
  const read = (change: object) => readDraft(TOKEN_FIELDS, { ...draftOf(TOKEN_FIELDS), ...change })
  expect(read({ accessTokenTTL: '2h', accessTokenTrustedIps: '10.0.0.0/8\n::1' })).toEqual({
    body: {
      accessTokenTTL: 7200,
      accessTokenMaxTTL: 2_592_000,
      accessTokenNumUsesLimit: 0,
      accessTokenTrustedIps: [{ ipAddress: '10.0.0.0/8' }, { ipAddress: '::1' }],
    },
    problems: {},
  })
  expect(
    read({ accessTokenTTL: 'soon', accessTokenNumUsesLimit: '-1', accessTokenTrustedIps: 'x' }).problems,
  ).toEqual({
    accessTokenTTL: words.badDuration,
    accessTokenNumUsesLimit: words.badNumber,
    accessTokenTrustedIps: words.badIp('x'),
  })
  expect(read({ accessTokenTTL: '31d' }).problems).toEqual({ accessTokenTTL: words.aboveMax })
  expect(read({ accessTokenTTL: '31d', accessTokenMaxTTL: '0' }).problems).toEqual({})
})

test('what the server finds wrong is put at its field, and the rest is kept', () => {
  const draft = draftOf(fields('spiffe-auth'))
  const issues = [
    { path: ['trustDomain'], message: 'must be a name' },
    { path: ['trustBundleDistribution', 'endpointUrl'], message: 'Required' },
    { path: ['bundle'], message: 'is of a hidden field' },
    { path: ['allowedAudiences', 3], message: 'is too long.' },
  ]
  expect(placeIssues(fields('spiffe-auth'), draft, issues)).toEqual({
    problems: {
      trustDomain: 'Must be a name.',
      'trustBundleDistribution.endpointUrl': 'Required.',
      allowedAudiences: 'Is too long.',
    },
    rest: ['bundle: is of a hidden field'],
  })
})

test('who is let in is told by what is bound', () => {
  expect(whoIsLetIn(fields('jwt-auth'), { ...JWT, boundSubject: 'a,b,c,d,e', boundAudiences: '' })).toEqual([
    { label: 'Issuer', value: 'https://issuer.example.com' },
    { label: 'Subject', value: 'a, b, c +2' },
    { label: 'Claims', value: 'ref main' },
  ])
  expect(whoIsLetIn(fields('gcp-auth'), { type: 'iam', allowedZones: 'x' })).toEqual([
    { label: 'Kind', value: 'A service account that signs it (IAM)' },
  ])
})

test('a proof is what a login sends, without the identity', () => {
  const read = (name: string, pasted: Record<string, string>) =>
    readProof(methodNamed(name)?.proof ?? [], (field) => pasted[field] ?? '')
  expect(read('jwt-auth', { jwt: ' a.b.c\n' })).toEqual({ proof: { jwt: 'a.b.c' } })
  expect(read('ldap-auth', { username: 'ada ', password: ' x ' })).toEqual({
    proof: { username: 'ada', password: ' x ' },
  })
  expect(read('aws-auth', { '': '{"identityId":"other","iamRequestBody":"b"}' })).toEqual({
    proof: { iamRequestBody: 'b' },
  })
  for (const wrong of ['', '[]', '"x"', '{', '{}', 'null']) {
    expect(read('aws-auth', { '': wrong })).toEqual({ problem: words.badJson })
  }
})

test('a check is said in words, also one that is not known', () => {
  expect(sayCheck('jwt-auth', 'signature', true)).toBe('Signed by a trusted key')
  expect(sayCheck('oci-auth', 'signature', false)).toBe('The signature lacks a part')
  expect(sayCheck('jwt-auth', 'phase-of_moon', false)).toBe('Phase of moon')
  for (const [passed, failed] of Object.values(words.said)) expect(passed).not.toBe(failed)
})

test('a token ends by the earlier of its two limits', () => {
  const createdAt = '2026-01-01T00:00:00.000Z'
  const made = Date.parse(createdAt)
  const token = { createdAt, accessTokenTTL: 60, accessTokenMaxTTL: 0, accessTokenLastRenewedAt: null }
  expect(expiryOf(token)).toBe(made + 60_000)
  expect(expiryOf({ ...token, accessTokenLastRenewedAt: '2026-01-01T00:01:00.000Z' })).toBe(made + 120_000)
  expect(expiryOf({ ...token, accessTokenMaxTTL: 30 })).toBe(made + 30_000)
  expect(expiryOf({ ...token, accessTokenTTL: 0 })).toBeUndefined()
})
