import { authFields } from '~/lib/text/auth-fields'
import type { AuthMethod } from '../method'
import { loginWith } from '../shell'
import { JWT_PROOF } from './tokens'

const texts = authFields['jwt-auth']
const published = { field: 'configurationType', is: 'jwks' }
const given = { field: 'configurationType', is: 'static' }

/** A token that was signed by a known key. */
export const jwtAuth: AuthMethod = {
  name: 'jwt-auth',
  answer: 'identityJwtAuth',
  about: texts.about,
  fields: [
    {
      name: 'configurationType',
      kind: 'choice',
      start: 'jwks',
      choices: [
        { value: 'jwks', label: texts.jwks },
        { value: 'static', label: texts.static },
      ],
      ...texts.configurationType,
    },
    {
      name: 'jwksUrl',
      kind: 'text',
      required: true,
      only: published,
      letsIn: true,
      example: 'https://issuer.example.com/.well-known/jwks.json',
      ...texts.jwksUrl,
    },
    { name: 'jwksCaCert', kind: 'lines', advanced: true, only: published, ...texts.jwksCaCert },
    {
      name: 'publicKeys',
      kind: 'keys',
      required: true,
      only: given,
      example: '-----BEGIN PUBLIC KEY-----',
      ...texts.publicKeys,
    },
    {
      name: 'boundIssuer',
      kind: 'text',
      letsIn: true,
      example: 'https://issuer.example.com',
      ...texts.boundIssuer,
    },
    { name: 'boundSubject', kind: 'list', letsIn: true, example: 'build-*', ...texts.boundSubject },
    { name: 'boundAudiences', kind: 'list', letsIn: true, example: 'tacit', ...texts.boundAudiences },
    { name: 'boundClaims', kind: 'map', letsIn: true, ...texts.boundClaims },
  ],
  proof: JWT_PROOF,
  login: (place) => ({
    commands: loginWith(place, 'jwt-auth', ['--data-urlencode jwt@token.jwt']),
    where: 'jwt-auth',
  }),
}
