/** The session that an access token belongs to, read from the token itself; nothing if it does not say. */
export function sessionOf(token: string): string | undefined {
  const payload = token.split('.')[1]
  if (!payload) return undefined
  try {
    const claims: unknown = JSON.parse(atob(payload.replaceAll('-', '+').replaceAll('_', '/')))
    const { tokenVersionId } = claims as { tokenVersionId?: unknown }
    return typeof tokenVersionId === 'string' ? tokenVersionId : undefined
  } catch {
    return undefined
  }
}
