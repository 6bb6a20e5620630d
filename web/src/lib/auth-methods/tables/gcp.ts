import { authFields } from '~/lib/text/auth-fields'
import type { AuthMethod, LoginPlace } from '../method'
import { loginWith } from '../shell'
import { JWT_PROOF } from './tokens'

const texts = authFields['gcp-auth']
const METADATA =
  'http://metadata.google.internal/computeMetadata/v1/instance/service-accounts/default/identity'

function login(place: LoginPlace) {
  const { identity, settings } = place
  if (settings.type === 'iam') {
    return {
      commands: [
        `printf '{"sub":"%s","aud":"${identity}","exp":%s}' "$ACCOUNT" $(($(date +%s) + 600)) > claims.json`,
        'gcloud iam service-accounts sign-jwt --iam-account="$ACCOUNT" claims.json token.jwt',
        loginWith(place, 'gcp-auth', ['--data-urlencode jwt@token.jwt']),
      ].join('\n'),
      where: 'gcp-iam',
    }
  }
  return {
    commands: [
      "JWT=$(curl -s -H 'Metadata-Flavor: Google' \\",
      `  '${METADATA}?audience=${encodeURIComponent(identity)}&format=full')`,
      loginWith(place, 'gcp-auth', ['--data-urlencode "jwt=$JWT"']),
    ].join('\n'),
    where: 'gcp-auth',
  }
}

/** A token that Google, or a service account itself, has signed. */
export const gcpAuth: AuthMethod = {
  name: 'gcp-auth',
  answer: 'identityGcpAuth',
  about: texts.about,
  fields: [
    {
      name: 'type',
      kind: 'choice',
      start: 'gce',
      letsIn: true,
      choices: [
        { value: 'gce', label: texts.gce },
        { value: 'iam', label: texts.iam },
      ],
      ...texts.type,
    },
    {
      name: 'allowedServiceAccounts',
      kind: 'list',
      letsIn: true,
      example: 'shop@acme.iam.gserviceaccount.com',
      ...texts.allowedServiceAccounts,
    },
    { name: 'allowedProjects', kind: 'list', letsIn: true, example: 'acme', ...texts.allowedProjects },
    {
      name: 'allowedZones',
      kind: 'list',
      only: { field: 'type', is: 'gce' },
      letsIn: true,
      example: 'europe-west3-a',
      ...texts.allowedZones,
    },
  ],
  proof: JWT_PROOF,
  login,
}
