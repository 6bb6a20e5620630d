// Somebody who signs tokens, as an identity provider does.
import { generateKeyPairSync, sign } from 'node:crypto'

export const ISSUER = 'https://ci.example.com'

/** A new key, and tokens that are signed by it. */
export function signer() {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const part = (content) => Buffer.from(JSON.stringify(content)).toString('base64url')
  const now = Math.floor(Date.now() / 1000)
  return {
    pem: publicKey.export({ type: 'spki', format: 'pem' }),
    token: (claims) => {
      const content = { iss: ISSUER, iat: now, exp: now + 600, ...claims }
      const signed = `${part({ alg: 'ES256', typ: 'JWT' })}.${part(content)}`
      const signature = sign('sha256', Buffer.from(signed), { key: privateKey, dsaEncoding: 'ieee-p1363' })
      return `${signed}.${signature.toString('base64url')}`
    },
  }
}
