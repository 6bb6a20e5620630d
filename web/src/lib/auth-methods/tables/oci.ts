import { authFields } from '~/lib/text/auth-fields'
import type { AuthMethod } from '../method'
import { quoted } from '../shell'
import { requestProof } from './tokens'

const texts = authFields['oci-auth']

/** A signed request to the identity service of Oracle Cloud. */
export const ociAuth: AuthMethod = {
  name: 'oci-auth',
  answer: 'identityOciAuth',
  about: texts.about,
  fields: [
    {
      name: 'tenancyOcid',
      kind: 'text',
      required: true,
      letsIn: true,
      example: 'ocid1.tenancy.oc1..aaaa',
      ...texts.tenancyOcid,
    },
    { name: 'allowedUsernames', kind: 'list', letsIn: true, example: 'shop-app', ...texts.allowedUsernames },
  ],
  proof: requestProof({
    userOcid: 'ocid1.user.oc1..aaaa',
    headers: { authorization: '…', host: '…', 'x-date': '…' },
  }),
  login: ({ url, identity }) => ({
    commands: [
      `curl -s -X POST ${quoted(`${url}/api/v1/auth/oci-auth/login`)} \\`,
      "  -H 'Content-Type: application/json' -d @- <<EOF",
      `{"identityId": "${identity}", "userOcid": "$USER_OCID", "headers": $HEADERS}`,
      'EOF',
    ].join('\n'),
    where: 'oci-auth',
  }),
}
