import { expect, test } from 'vitest'

import { text } from '~/lib/text'
import { authMethods as words } from '~/lib/text/auth-methods'
import { AUTH_METHODS, methodNamed } from '.'
import { draftOf, readDraft } from './draft'
import type { AuthMethod, Draft, DraftValue, Field, Settings } from './method'
import { TOKEN_FIELDS } from './tables/tokens'

const fieldsOf = (method: AuthMethod) => [...method.fields, ...TOKEN_FIELDS]

/** What attaching each method may send, from the wire's list of fields and no other place. */
const WIRE: Record<string, { answer: string; fields: string[] }> = {
  'token-auth': { answer: 'identityTokenAuth', fields: [] },
  'jwt-auth': {
    answer: 'identityJwtAuth',
    fields: [
      'configurationType',
      'jwksUrl',
      'jwksCaCert',
      'publicKeys',
      'boundIssuer',
      'boundAudiences',
      'boundClaims',
      'boundSubject',
    ],
  },
  'oidc-auth': {
    answer: 'identityOidcAuth',
    fields: [
      'oidcDiscoveryUrl',
      'caCert',
      'boundIssuer',
      'boundAudiences',
      'boundClaims',
      'claimMetadataMapping',
      'boundSubject',
    ],
  },
  // Without tokenReviewMode and gatewayId: there are no gateways.
  'kubernetes-auth': {
    answer: 'identityKubernetesAuth',
    fields: [
      'kubernetesHost',
      'caCert',
      'tokenReviewerJwt',
      'allowedNamespaces',
      'allowedNames',
      'allowedAudience',
    ],
  },
  'aws-auth': {
    answer: 'identityAwsAuth',
    fields: ['stsEndpoint', 'allowedPrincipalArns', 'allowedAccountIds'],
  },
  'gcp-auth': {
    answer: 'identityGcpAuth',
    fields: ['type', 'allowedServiceAccounts', 'allowedProjects', 'allowedZones'],
  },
  'azure-auth': {
    answer: 'identityAzureAuth',
    fields: ['tenantId', 'resource', 'allowedServicePrincipalIds'],
  },
  'tls-cert-auth': { answer: 'identityTlsCertAuth', fields: ['caCertificate', 'allowedCommonNames'] },
  // Without templateId: there are no templates.
  'ldap-auth': {
    answer: 'identityLdapAuth',
    fields: [
      'url',
      'bindDN',
      'bindPass',
      'searchBase',
      'searchFilter',
      'allowedFields',
      'ldapCaCertificate',
      'lockoutEnabled',
      'lockoutThreshold',
      'lockoutDurationSeconds',
      'lockoutCounterResetSeconds',
    ],
  },
  'oci-auth': { answer: 'identityOciAuth', fields: ['tenancyOcid', 'allowedUsernames'] },
  'alicloud-auth': { answer: 'identityAliCloudAuth', fields: ['allowedArns'] },
  'spiffe-auth': {
    answer: 'identitySpiffeAuth',
    fields: ['trustDomain', 'allowedSpiffeIds', 'allowedAudiences', 'trustBundleDistribution'],
  },
}
const TOKEN_SETTINGS = [
  'accessTokenTTL',
  'accessTokenMaxTTL',
  'accessTokenNumUsesLimit',
  'accessTokenTrustedIps',
]

/** Something in every field, so that nothing is left out. */
const SAMPLES: Partial<Record<Field['kind'], DraftValue>> = {
  text: 'something',
  list: 'a, b',
  lines: 'one\ntwo',
  keys: '-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n',
  secret: 's3cret',
  map: [{ key: 'a', value: 'b' }],
  pairs: [{ key: 'a', value: 'b' }],
}

const filled = (method: AuthMethod): Draft => ({
  ...draftOf(fieldsOf(method)),
  ...Object.fromEntries(
    fieldsOf(method)
      .filter(({ kind }) => kind in SAMPLES)
      .map(({ name, kind }) => [name, SAMPLES[kind] ?? '']),
  ),
})

test('the tables are those of the wire', () => {
  expect(AUTH_METHODS.map(({ name }) => name).sort()).toEqual(Object.keys(WIRE).sort())
  for (const method of AUTH_METHODS) expect(method.answer).toBe(WIRE[method.name]?.answer)
  expect(methodNamed('jwt-auth')?.name).toBe('jwt-auth')
  expect(methodNamed('universal-auth')).toBeUndefined()
})

test.each(AUTH_METHODS.map((method) => [method.name, method] as const))(
  '%s sends exactly the fields of the wire',
  (name, method) => {
    const { body, problems } = readDraft(fieldsOf(method), filled(method))
    expect(problems).toEqual({})
    expect(Object.keys(body).sort()).toEqual([...(WIRE[name]?.fields ?? []), ...TOKEN_SETTINGS].sort())
  },
)

test.each(AUTH_METHODS.map((method) => [method.name, method] as const))(
  '%s has a title, words for every field and choice, and a sentence about its login',
  (name, method) => {
    expect(text.identities.methods[name]).toBeTruthy()
    expect(method.about).toMatch(/\.$/)
    for (const field of fieldsOf(method)) {
      expect(field.label, field.name).toMatch(/^[A-Z]/)
      expect(field.help, field.name).toMatch(/\.$/)
      if (field.kind === 'choice') {
        expect(field.choices?.map(({ value }) => value)).toContain(field.start)
        for (const { label } of field.choices ?? []) expect(label).toBeTruthy()
      }
      // The browser cannot point at an empty field in a part that is closed.
      expect(field.advanced && field.required).toBeFalsy()
      if (field.only) expect(method.fields.map((other) => other.name)).toContain(field.only.field)
    }
    for (const { label, help } of [...(method.proof ?? []), ...(method.presets ?? [])])
      expect(label && help).toBeTruthy()
    const login = method.login?.({ url: 'https://tacit.test', identity: 'id-1', settings: {} })
    if (login) expect(words.proofs[login.where]).toMatch(/\.$/)
  },
)

test('names of fields are all different, and so are their labels beside each other', () => {
  for (const method of AUTH_METHODS) {
    const names = fieldsOf(method).map(({ name }) => name)
    expect(new Set(names).size).toBe(names.length)
    const labels = fieldsOf(method)
      .filter(({ only }) => !only)
      .map(({ label }) => label)
    expect(new Set(labels).size).toBe(labels.length)
  }
})

const login = (name: string, settings: Settings = {}) =>
  methodNamed(name)?.login?.({ url: 'https://tacit.test', identity: 'id-1', settings })?.commands ?? ''

test('every login goes to its route, as this identity', () => {
  for (const { name, login: hasLogin } of AUTH_METHODS) {
    if (!hasLogin) continue
    expect(login(name)).toContain(`https://tacit.test/api/v1/auth/${name}/login`)
    expect(login(name)).toContain('id-1')
  }
})

test('what settings say cannot leave its place in a command', () => {
  const evil = `x'; rm -rf ~ #$(id)\`id\`"`
  expect(login('spiffe-auth', { allowedAudiences: evil })).toContain(`'x'\\''; rm -rf ~ #$(id)\`id\`"'`)
  const settings = { boundIssuer: 'https://token.actions.githubusercontent.com', boundAudiences: evil }
  expect(login('oidc-auth', settings)).toContain('&audience=x\'%3B%20rm%20-rf%20~%20%23%24(id)%60id%60%22"')
  expect(login('azure-auth', { resource: evil })).toContain('&resource=x%27%3B%20rm')
})

test('the command of a job fits its provider', () => {
  const of = (boundIssuer: string) => login('oidc-auth', { boundIssuer, boundAudiences: 'tacit, x' })
  expect(of('https://token.actions.githubusercontent.com')).toContain('&audience=tacit"')
  expect(of('https://gitlab.com')).toContain('$TACIT_ID_TOKEN')
  expect(of('https://oidc.circleci.com/org/1')).toContain('$CIRCLE_OIDC_TOKEN_V2')
  expect(of('https://login.example.com')).toContain('jwt@token.jwt')
})

test('an issuer that everybody gets tokens of needs a subject or a claim', () => {
  const oidc = methodNamed('oidc-auth')
  const github = oidc?.presets?.find(({ key }) => key === 'github-actions')
  const draft = { ...draftOf(oidc?.fields ?? []), ...github?.values }
  expect(oidc?.warning?.(draft)).toBe(words.sharedIssuer)
  for (const boundSubject of [' , ', '**', 'repo:*/shop:ref:refs/heads/main', 'repo:acme/shop:*, *'])
    expect(oidc?.warning?.({ ...draft, boundSubject })).toBe(words.sharedIssuer)
  expect(oidc?.warning?.({ ...draft, boundSubject: 'repo:acme/*' })).toBeUndefined()
  const claims = [{ key: 'repository_owner', value: 'acme' }]
  expect(oidc?.warning?.({ ...draft, boundClaims: claims })).toBeUndefined()
  expect(oidc?.warning?.({ ...draft, boundIssuer: 'https://login.example.com' })).toBeUndefined()
})

test('a preset fills in fields that there are, and the provider is asked where the issuer is', () => {
  const oidc = methodNamed('oidc-auth')
  const names = oidc?.fields.map(({ name }) => name)
  for (const { values, examples } of oidc?.presets ?? []) {
    for (const name of [...Object.keys(values), ...Object.keys(examples)]) expect(names).toContain(name)
    expect(values.oidcDiscoveryUrl).toBe(values.boundIssuer)
  }
})
