import { authFields } from '~/lib/text/auth-fields'
import type { AuthMethod } from '../method'
import { loginWith } from '../shell'
import { JWT_PROOF } from './tokens'

const texts = authFields['kubernetes-auth']
const TOKEN_OF_POD = '/var/run/secrets/kubernetes.io/serviceaccount/token'

/** The token of a service account, which the cluster judges. */
export const kubernetesAuth: AuthMethod = {
  name: 'kubernetes-auth',
  answer: 'identityKubernetesAuth',
  about: texts.about,
  fields: [
    {
      name: 'kubernetesHost',
      kind: 'text',
      required: true,
      letsIn: true,
      example: 'https://kubernetes.example.com:6443',
      ...texts.kubernetesHost,
    },
    { name: 'caCert', kind: 'lines', example: '-----BEGIN CERTIFICATE-----', ...texts.caCert },
    { name: 'tokenReviewerJwt', kind: 'secret', ...texts.tokenReviewerJwt },
    {
      name: 'allowedNamespaces',
      kind: 'list',
      letsIn: true,
      example: 'shop, billing',
      ...texts.allowedNamespaces,
    },
    { name: 'allowedNames', kind: 'list', letsIn: true, example: 'shop-app', ...texts.allowedNames },
    { name: 'allowedAudience', kind: 'list', letsIn: true, example: 'tacit', ...texts.allowedAudience },
  ],
  proof: JWT_PROOF,
  login: (place) => ({
    commands: loginWith(place, 'kubernetes-auth', [`--data-urlencode jwt@${TOKEN_OF_POD}`]),
    where: 'kubernetes-auth',
  }),
}
