/** The session that an access token belongs to, read from the token itself; nothing if it does not say. */
export const sessionOf = (token: string): string | undefined => claimOf(token, 'tokenVersionId')

/** The organization that an access token is for; empty if it is for none. */
export const organizationOf = (token: string): string => claimOf(token, 'organizationId') ?? ''

function claimOf(token: string, name: string): string | undefined {
  const payload = token.split('.')[1]
  if (!payload) return undefined
  try {
    const claims: unknown = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/')))
    const claim = (claims as Record<string, unknown>)[name]
    return typeof claim === 'string' ? claim : undefined
  } catch {
    return undefined
  }
}
