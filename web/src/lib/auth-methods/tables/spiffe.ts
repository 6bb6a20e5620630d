import { authFields } from '~/lib/text/auth-fields'
import { partsOf } from '../kinds'
import type { AuthMethod } from '../method'
import { loginWith, quoted } from '../shell'
import { JWT_PROOF } from './tokens'

const texts = authFields['spiffe-auth']
const PROFILE = 'trustBundleDistribution.profile'
const published = { field: PROFILE, is: 'https_web_bundle' }
const given = { field: PROFILE, is: 'static' }

/** A JWT-SVID. */
export const spiffeAuth: AuthMethod = {
  name: 'spiffe-auth',
  answer: 'identitySpiffeAuth',
  about: texts.about,
  fields: [
    {
      name: 'trustDomain',
      kind: 'text',
      required: true,
      letsIn: true,
      example: 'example.org',
      ...texts.trustDomain,
    },
    {
      name: 'allowedSpiffeIds',
      kind: 'list',
      required: true,
      letsIn: true,
      example: 'spiffe://example.org/ns/shop/**',
      ...texts.allowedSpiffeIds,
    },
    {
      name: 'allowedAudiences',
      kind: 'list',
      required: true,
      letsIn: true,
      example: 'tacit',
      ...texts.allowedAudiences,
    },
    {
      name: PROFILE,
      kind: 'choice',
      start: 'https_web_bundle',
      choices: [
        { value: 'https_web_bundle', label: texts.https_web_bundle },
        { value: 'static', label: texts.static },
      ],
      ...texts.profile,
    },
    {
      name: 'trustBundleDistribution.endpointUrl',
      kind: 'text',
      required: true,
      only: published,
      example: 'https://spire.example.org:8443/',
      ...texts.endpointUrl,
    },
    {
      name: 'trustBundleDistribution.caCert',
      kind: 'lines',
      advanced: true,
      only: published,
      ...texts.caCert,
    },
    {
      name: 'trustBundleDistribution.refreshHintSeconds',
      kind: 'seconds',
      advanced: true,
      start: '3600',
      only: published,
      ...texts.refreshHintSeconds,
    },
    {
      name: 'trustBundleDistribution.bundle',
      kind: 'lines',
      required: true,
      only: given,
      example: '{"keys": [ … ]}',
      ...texts.bundle,
    },
  ],
  proof: JWT_PROOF,
  login: (place) => {
    const [audience = ''] = partsOf(String(place.settings.allowedAudiences ?? ''))
    return {
      commands: [
        `JWT=$(spire-agent api fetch jwt -audience ${quoted(audience)} | sed -n 2p | tr -d '[:space:]')`,
        loginWith(place, 'spiffe-auth', ['--data-urlencode "jwt=$JWT"']),
      ].join('\n'),
      where: 'spiffe-auth',
    }
  },
}
