import { authFields } from '~/lib/text/auth-fields'
import { authMethods as words } from '~/lib/text/auth-methods'
import type { AuthMethod, Field, ProofField } from '../method'

const texts = authFields.tokens

/** What all methods share. It starts with what the quick start asks for: two hours, renewable for 30 days. */
export const TOKEN_FIELDS: readonly Field[] = [
  { name: 'accessTokenTTL', kind: 'seconds', start: '7200', ...texts.accessTokenTTL },
  { name: 'accessTokenMaxTTL', kind: 'seconds', start: '2592000', ...texts.accessTokenMaxTTL },
  { name: 'accessTokenNumUsesLimit', kind: 'number', start: '0', ...texts.accessTokenNumUsesLimit },
  {
    name: 'accessTokenTrustedIps',
    kind: 'addresses',
    start: '0.0.0.0/0\n::/0',
    ...texts.accessTokenTrustedIps,
  },
]

/** A token that somebody else signed. */
export const JWT_PROOF: readonly ProofField[] = [
  { name: 'jwt', kind: 'lines', example: 'eyJhbGciOi…', ...words.proof.jwt },
]

/** The fields of a login whose request the client has signed. */
export const requestProof = (example: object): readonly ProofField[] => [
  { name: '', kind: 'request', example: JSON.stringify(example, null, 1), ...words.proof.request },
]

/** Tokens that people make. */
export const tokenAuth: AuthMethod = {
  name: 'token-auth',
  answer: 'identityTokenAuth',
  about: authFields['token-auth'].about,
  fields: [],
}
