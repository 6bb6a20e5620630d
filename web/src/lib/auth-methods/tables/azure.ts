import { authFields } from '~/lib/text/auth-fields'
import type { AuthMethod } from '../method'
import { loginWith, taken } from '../shell'
import { JWT_PROOF } from './tokens'

const texts = authFields['azure-auth']
const METADATA = 'http://169.254.169.254/metadata/identity/oauth2/token?api-version=2018-02-01'

/** A token of Microsoft Entra ID. */
export const azureAuth: AuthMethod = {
  name: 'azure-auth',
  answer: 'identityAzureAuth',
  about: texts.about,
  fields: [
    {
      name: 'tenantId',
      kind: 'text',
      required: true,
      letsIn: true,
      example: '00000000-0000-0000-0000-000000000000',
      ...texts.tenantId,
    },
    {
      name: 'allowedServicePrincipalIds',
      kind: 'list',
      required: true,
      letsIn: true,
      example: '00000000-0000-0000-0000-000000000000',
      ...texts.allowedServicePrincipalIds,
    },
    {
      name: 'resource',
      kind: 'text',
      required: true,
      start: 'https://management.azure.com/',
      example: 'https://management.azure.com/',
      ...texts.resource,
    },
  ],
  proof: JWT_PROOF,
  login: (place) => ({
    commands: [
      'JWT=$(curl -s -H Metadata:true \\',
      `  '${METADATA}&resource=${encodeURIComponent(String(place.settings.resource)).replaceAll("'", '%27')}' \\`,
      `  | ${taken('access_token')})`,
      loginWith(place, 'azure-auth', ['--data-urlencode "jwt=$JWT"']),
    ].join('\n'),
    where: 'azure-auth',
  }),
}
