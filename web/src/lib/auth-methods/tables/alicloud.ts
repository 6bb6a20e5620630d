import { authFields } from '~/lib/text/auth-fields'
import type { AuthMethod } from '../method'
import { loginWith } from '../shell'
import { requestProof } from './tokens'

const texts = authFields['alicloud-auth']

/** The same in every request for who signed it. */
const FIXED = {
  Action: 'GetCallerIdentity',
  Format: 'JSON',
  Version: '2015-04-01',
  SignatureMethod: 'HMAC-SHA1',
  SignatureVersion: '1.0',
}

/** A signed request to the security token service of Alibaba Cloud. */
export const alicloudAuth: AuthMethod = {
  name: 'alicloud-auth',
  answer: 'identityAliCloudAuth',
  about: texts.about,
  fields: [
    {
      name: 'allowedArns',
      kind: 'list',
      required: true,
      letsIn: true,
      example: 'acs:ram::123456789012:user/shop-*',
      ...texts.allowedArns,
    },
  ],
  proof: requestProof({ ...FIXED, AccessKeyId: '…', SignatureNonce: '…', Timestamp: '…', Signature: '…' }),
  login: (place) => ({
    commands: loginWith(place, 'alicloud-auth', [
      ...Object.entries(FIXED).map(([name, value]) => `--data-urlencode ${name}=${value}`),
      '--data-urlencode "AccessKeyId=$ACCESS_KEY_ID"',
      '--data-urlencode "SignatureNonce=$NONCE"',
      '--data-urlencode "Timestamp=$TIMESTAMP"',
      '--data-urlencode "Signature=$SIGNATURE"',
    ]),
    where: 'alicloud-auth',
  }),
}
