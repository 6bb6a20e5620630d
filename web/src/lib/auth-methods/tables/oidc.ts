import { authFields } from '~/lib/text/auth-fields'
import { authMethods as words } from '~/lib/text/auth-methods'
import { KINDS, partsOf } from '../kinds'
import type { AuthMethod, Draft, LoginPlace, Preset } from '../method'
import { loginWith, taken } from '../shell'
import { JWT_PROOF } from './tokens'

const texts = authFields['oidc-auth']

const GITHUB = 'https://token.actions.githubusercontent.com'
const GITLAB = 'https://gitlab.com'
const CIRCLECI = 'https://oidc.circleci.com/org/'

/** Issuers that everybody can get a token of, for any audience. */
const SHARED_ISSUERS = [GITHUB, GITLAB, 'https://agent.buildkite.com', 'https://app.terraform.io']

/** This server: what it is called is what a token for it should be made for. */
const here = () => (typeof location === 'undefined' ? '' : location.origin)

const provider = (issuer: string, audience: string): Draft => ({
  oidcDiscoveryUrl: issuer,
  boundIssuer: issuer,
  boundAudiences: audience,
})

const PRESETS: readonly Preset[] = [
  {
    key: 'github-actions',
    ...texts.presets['github-actions'],
    values: provider(GITHUB, here()),
    examples: { boundSubject: 'repo:acme/shop:ref:refs/heads/main' },
  },
  {
    key: 'gitlab-ci',
    ...texts.presets['gitlab-ci'],
    values: provider(GITLAB, here()),
    examples: { boundSubject: 'project_path:acme/shop:ref_type:branch:ref:main' },
  },
  {
    key: 'circleci',
    ...texts.presets.circleci,
    values: provider(`${CIRCLECI}ORGANIZATION_ID`, 'ORGANIZATION_ID'),
    examples: { boundSubject: 'org/ORGANIZATION_ID/project/PROJECT_ID/user/*' },
  },
]

/** Patterns of a subject that fit the repositories of everybody. */
const OF_ANYBODY = /^(repo:|project_path:)?[*?]/

/** Whether strangers are let in. */
function warning(draft: Draft): string | undefined {
  const issuer = String(draft.boundIssuer).trim().replace(/\/$/, '')
  const subjects = partsOf(String(draft.boundSubject ?? ''))
  const bindsSubject = subjects.length > 0 && !subjects.some((subject) => OF_ANYBODY.test(subject))
  const claims = KINDS.map.send(draft.boundClaims ?? [])
  const bindsClaims = 'wire' in claims && Object.keys(claims.wire as object).length > 0
  return SHARED_ISSUERS.includes(issuer) && !bindsSubject && !bindsClaims ? words.sharedIssuer : undefined
}

function login(place: LoginPlace) {
  const issuer = String(place.settings.boundIssuer ?? '')
  const [audience = ''] = partsOf(String(place.settings.boundAudiences ?? ''))
  const log = (jwt: string) => loginWith(place, 'oidc-auth', [`--data-urlencode ${jwt}`])
  if (issuer === GITHUB) {
    const asked = audience ? `&audience=${encodeURIComponent(audience)}` : ''
    return {
      commands: [
        'JWT=$(curl -s -H "Authorization: Bearer $ACTIONS_ID_TOKEN_REQUEST_TOKEN" \\',
        `  "$ACTIONS_ID_TOKEN_REQUEST_URL${asked}" | ${taken('value')})`,
        log('"jwt=$JWT"'),
      ].join('\n'),
      where: 'github-actions',
    }
  }
  if (issuer === GITLAB) return { commands: log('"jwt=$TACIT_ID_TOKEN"'), where: 'gitlab-ci' }
  if (issuer.startsWith(CIRCLECI)) return { commands: log('"jwt=$CIRCLE_OIDC_TOKEN_V2"'), where: 'circleci' }
  return { commands: log('jwt@token.jwt'), where: 'oidc-auth' }
}

/** A token of an OpenID Connect provider. */
export const oidcAuth: AuthMethod = {
  name: 'oidc-auth',
  answer: 'identityOidcAuth',
  about: texts.about,
  presets: PRESETS,
  fields: [
    {
      name: 'oidcDiscoveryUrl',
      kind: 'text',
      required: true,
      example: 'https://login.example.com',
      ...texts.oidcDiscoveryUrl,
    },
    {
      name: 'boundIssuer',
      kind: 'text',
      required: true,
      letsIn: true,
      example: 'https://login.example.com',
      ...texts.boundIssuer,
    },
    { name: 'boundSubject', kind: 'list', letsIn: true, ...texts.boundSubject },
    { name: 'boundAudiences', kind: 'list', letsIn: true, example: 'tacit', ...texts.boundAudiences },
    { name: 'boundClaims', kind: 'map', letsIn: true, ...texts.boundClaims },
    { name: 'claimMetadataMapping', kind: 'map', advanced: true, ...texts.claimMetadataMapping },
    { name: 'caCert', kind: 'lines', advanced: true, ...texts.caCert },
  ],
  proof: JWT_PROOF,
  login,
  warning,
}
