/** The secret in an `otpauth://` address, in groups of four, for typing it into an app. */
export function secretOf(otpUrl: string): string {
  const secret = new URL(otpUrl).searchParams.get('secret') ?? ''
  return secret.match(/.{1,4}/g)?.join(' ') ?? ''
}
