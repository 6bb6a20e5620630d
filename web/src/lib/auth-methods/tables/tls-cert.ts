import { authFields } from '~/lib/text/auth-fields'
import { authMethods as words } from '~/lib/text/auth-methods'
import type { AuthMethod } from '../method'
import { loginWith } from '../shell'

const texts = authFields['tls-cert-auth']

/** A client certificate. */
export const tlsCertAuth: AuthMethod = {
  name: 'tls-cert-auth',
  answer: 'identityTlsCertAuth',
  about: texts.about,
  fields: [
    {
      name: 'caCertificate',
      kind: 'lines',
      required: true,
      example: '-----BEGIN CERTIFICATE-----',
      ...texts.caCertificate,
    },
    {
      name: 'allowedCommonNames',
      kind: 'list',
      required: true,
      letsIn: true,
      example: 'shop.internal',
      ...texts.allowedCommonNames,
    },
  ],
  proof: [
    {
      name: 'clientCertificate',
      kind: 'lines',
      example: '-----BEGIN CERTIFICATE-----',
      ...words.proof.certificate,
    },
  ],
  login: (place) => ({
    commands: loginWith(place, 'tls-cert-auth', ['--cert client.crt --key client.key']),
    where: 'tls-cert-auth',
  }),
}
