import { authFields } from '~/lib/text/auth-fields'
import type { AuthMethod } from '../method'
import { loginWith } from '../shell'
import { requestProof } from './tokens'

const texts = authFields['aws-auth']

/** A signed request to the security token service of AWS. */
export const awsAuth: AuthMethod = {
  name: 'aws-auth',
  answer: 'identityAwsAuth',
  about: texts.about,
  fields: [
    {
      name: 'allowedPrincipalArns',
      kind: 'list',
      letsIn: true,
      example: 'arn:aws:iam::123456789012:role/shop-*',
      ...texts.allowedPrincipalArns,
    },
    {
      name: 'allowedAccountIds',
      kind: 'list',
      letsIn: true,
      example: '123456789012',
      ...texts.allowedAccountIds,
    },
    {
      name: 'stsEndpoint',
      kind: 'text',
      advanced: true,
      start: 'https://sts.amazonaws.com/',
      example: 'https://sts.eu-central-1.amazonaws.com',
      ...texts.stsEndpoint,
    },
  ],
  proof: requestProof({ iamHttpRequestMethod: 'POST', iamRequestBody: '…', iamRequestHeaders: '…' }),
  login: (place) => ({
    commands: loginWith(place, 'aws-auth', [
      '--data-urlencode iamHttpRequestMethod=POST',
      '--data-urlencode "iamRequestBody=$BODY"',
      '--data-urlencode "iamRequestHeaders=$HEADERS"',
    ]),
    where: 'aws-auth',
  }),
}
